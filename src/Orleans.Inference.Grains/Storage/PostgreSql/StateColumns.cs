using Npgsql;
using NpgsqlTypes;

namespace Orleans.Inference.Grains.Storage.PostgreSql;

/// <summary>Keys of several states as arrays, one a column, as <c>unnest</c> takes them.</summary>
internal sealed class StateColumns(int rows)
{
    private readonly string[] _pipelines = new string[rows];
    private readonly short[] _kinds = new short[rows];
    private readonly byte[][] _keys = new byte[rows][];

    public int Rows => rows;

    public void Set(int row, StateKey key)
    {
        _pipelines[row] = key.Pipeline;
        _kinds[row] = key.Kind;
        _keys[row] = key.Key.ToArray();
    }

    /// <summary>Adds the parameters $1 to $3.</summary>
    public void AddTo(NpgsqlParameterCollection parameters)
    {
        Add(parameters, _pipelines, NpgsqlDbType.Text);
        Add(parameters, _kinds, NpgsqlDbType.Smallint);
        Add(parameters, _keys, NpgsqlDbType.Bytea);
    }

    public static void Add<T>(NpgsqlParameterCollection parameters, T[] values, NpgsqlDbType type) =>
        parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
}
