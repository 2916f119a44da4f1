using System.Globalization;
using Orleans.Inference.Aggregates;
using Orleans.Inference.Expressions;
using Orleans.Inference.Features;
using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines.Configuration;
using Orleans.Inference.Windows;

namespace Orleans.Inference.Pipelines.Validation;

/// <summary>Checks a feature that folds a window of one entity's events.</summary>
internal static class WindowFeatureValidator
{
    /// <summary>The feature, or null when it is wrong or not in this release.</summary>
    public static WindowFeature? Validate(FeatureConfig feature, FeatureKindConfig kind, ValidationScope scope)
    {
        var isInRelease = Enum.TryParse<AggregateKind>(kind.Keyword, ignoreCase: true, out var aggregate);
        if (!isInRelease)
        {
            scope.AddNotYet(kind.Mark, kind.Keyword, feature.Path);
        }

        CheckParameter(feature, kind, scope);
        var countsEvents = kind.Target?.Value == "*" && AggregateNames.TakesEvents(kind.Keyword);
        var field = countsEvents ? null : Folded(feature, kind, scope);
        var entity = EntityOf(feature, scope);
        var hasWindow = TryWindow(feature, kind, scope, out var window) & IsExact(feature, scope);
        var where = feature.Where is { } text
            ? scope.Compile(text, $"{feature.Path}.where", ExpressionScope.ForWhere(scope.Fields))
            : null;
        Warn(feature, kind, field, where, scope);
        var value = FeatureValidator.DefaultOf(feature, scope);
        var isValid = isInRelease && hasWindow && entity is not null && (countsEvents || field is not null) && (where is not null || feature.Where is null);
        return isValid && feature.Name is { } name
            ? new WindowFeature(name.Value, aggregate, field?.Index, entity!.Index, window, where, value)
            : null;
    }

    private static FieldModel? Folded(FeatureConfig feature, FeatureKindConfig kind, ValidationScope scope)
    {
        var path = $"{feature.Path}.{kind.Key}";
        if (kind.Target is { Value: "*" } star)
        {
            scope.Problems.Add(star.Mark, $"`{path}` is `*`, but {kind.Keyword} folds the values of a field; allowed: a field; `*` goes with count");
            return null;
        }

        if (scope.Field(kind.Target, path) is not { } field)
        {
            return null;
        }

        if (field.Type is FieldType.String or FieldType.Timestamp && !AggregateNames.TakesAnyType(kind.Keyword))
        {
            scope.Problems.Add(
                kind.Target!.Mark,
                $"`{path}`: `{field.Name}` is a {field.Type.ToString().ToLowerInvariant()}, not a number; allowed: int, long, float, double, bool");
            return null;
        }

        return field;
    }

    private static EntityTypeModel? EntityOf(FeatureConfig feature, ValidationScope scope)
    {
        var names = scope.Entities.Select(entity => entity.Name).ToList();
        if (feature.By is not { } by)
        {
            if (!feature.Has("by"))
            {
                scope.Problems.Add(feature.Mark, $"`{feature.Path}.by` is missing; allowed: {string.Join(", ", names)}");
            }

            return null;
        }

        if (scope.Entities.Find(entity => entity.Name == by.Value) is { } found)
        {
            return found;
        }

        scope.Problems.Add(by.Mark, $"`{feature.Path}.by`: there is no entity type `{by.Value}`{ValidationScope.Allowed(by.Value, names)}");
        return null;
    }

    /// <summary>The window, when it is one of this release.</summary>
    private static bool TryWindow(FeatureConfig feature, FeatureKindConfig kind, ValidationScope scope, out WindowModel window)
    {
        window = new WindowModel(null, feature.Delay?.Value.Ticks ?? 0);
        var keywords = string.Join(", ", WindowConfig.Keywords);
        if (feature.Windows.Count > 1)
        {
            scope.Problems.Add(
                feature.Windows[1].Mark,
                $"`{feature.Path}` has {feature.Windows.Count} windows: {string.Join(", ", feature.Windows.Select(found => found.Keyword))}; "
                + $"allowed: exactly one of {keywords}");
            return false;
        }

        if (feature.Windows.Count == 0)
        {
            if (!AggregateNames.NeedsNoWindow(kind.Keyword))
            {
                scope.Problems.Add(feature.Mark, $"`{feature.Path}` has no window; allowed: exactly one of {keywords}, such as `window: 7d`");
            }

            return false;
        }

        var written = feature.Windows[0];
        if (written.Keyword is not ("window" or "forever"))
        {
            scope.AddNotYet(written.Mark, $"{written.Keyword} window", $"{feature.Path}.{written.Keyword}");
            return false;
        }

        window = window with { SpanTicks = written.Span?.Ticks };
        return written.Keyword == "forever" || written.Span is not null;
    }

    /// <summary>Whether the feature leaves the options alone that trade or shift what a window holds.</summary>
    private static bool IsExact(FeatureConfig feature, ValidationScope scope)
    {
        var options = new[]
        {
            ("exclude", feature.Exclude?.Mark), ("resolution", feature.Resolution?.Mark), ("maxEvents", feature.MaxEvents?.Mark),
        };
        var isExact = true;
        foreach (var (name, mark) in options)
        {
            if (mark is { } place)
            {
                scope.AddNotYet(place, name, $"{feature.Path}.{name}");
                isExact = false;
            }
        }

        return isExact;
    }

    private static void CheckParameter(FeatureConfig feature, FeatureKindConfig kind, ValidationScope scope)
    {
        var example = AggregateNames.ParameterExample(kind.Keyword);
        if (example is null && kind.Parameter is null)
        {
            return;
        }

        var isRight = kind.Keyword switch
        {
            "quantile" => kind.Parameter is not null && Scalars.TryNumber(kind.Parameter, out var share) && share is >= 0 and <= 1,
            "ewma" => kind.Parameter is not null && DurationText.TryParse(kind.Parameter, out var halfLife) && halfLife > TimeSpan.Zero,
            "lag" => int.TryParse(kind.Parameter, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 1_000_000,
            _ => false,
        };
        if (!isRight)
        {
            scope.Problems.Add(kind.Mark, $"`{feature.Path}` has `{kind.Key}`; allowed: {example ?? kind.Keyword}");
        }
    }

    private static void Warn(FeatureConfig feature, FeatureKindConfig kind, FieldModel? field, CompiledExpression? where, ValidationScope scope)
    {
        var label = field is { IsLabel: true } ? field : where?.Fields.Select(index => scope.Fields[index]).FirstOrDefault(read => read.IsLabel);
        if (label is not null && feature.Delay is null or { Value.Ticks: 0 })
        {
            scope.Warnings.Add(
                feature.Mark,
                $"`{feature.Path}` folds the label `{label.Name}` without `delay`: live it sees only labels that have arrived; add for example `delay: 7d`");
        }

        if (!feature.Has("default") && !AggregateNames.IsZeroWhenEmpty(kind.Keyword))
        {
            scope.Warnings.Add(feature.Mark, $"`{feature.Path}` has no `default`: the model gets NaN for an empty window; add for example `default: 0`");
        }
    }
}
