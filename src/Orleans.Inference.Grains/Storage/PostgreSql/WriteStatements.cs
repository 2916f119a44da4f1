namespace Orleans.Inference.Grains.Storage.PostgreSql;

/// <summary>Splits a call's writes into statements: bounded in rows and bytes, and no state twice in one.</summary>
internal static class WriteStatements
{
    /// <returns>Indices of the writes of each statement, to be executed in this order: a state's writes are in ascending statements.</returns>
    public static List<List<int>> Of(IReadOnlyList<StateWrite> writes, int rowLimit, int byteLimit)
    {
        var statements = new List<List<int>>();
        var bytes = new List<int>();
        var next = new Dictionary<StateKey, int>(writes.Count);
        for (var index = 0; index < writes.Count; index++)
        {
            var write = writes[index];
            var statement = next.GetValueOrDefault(write.Key);
            while (statement < statements.Count && (statements[statement].Count == rowLimit || bytes[statement] > byteLimit))
            {
                statement++;
            }

            if (statement == statements.Count)
            {
                statements.Add([]);
                bytes.Add(0);
            }

            statements[statement].Add(index);
            bytes[statement] += write.Bytes.Length + write.Key.Key.Length;
            next[write.Key] = statement + 1;
        }

        return statements;
    }
}
