namespace Orleans.Inference.Storage.Sqlite;

/// <summary>The tables of a state database, their creation and the refusal of what is not one.</summary>
internal static class StateSchema
{
    private const int Version = 2;

    /// <summary>"OInf": tells a state database from any other SQLite file.</summary>
    private const int ApplicationId = 0x4F496E66;

    // Entities are found by key and by nothing else, so the key is the tree (WITHOUT ROWID). The hash stands before the state, which may
    // overflow its page: reading all hashes does not touch the overflow. A log part is large: there a rowid table is the better tree.
    private const string Tables = """
        CREATE TABLE pipeline(id INTEGER PRIMARY KEY CHECK (id = 1), fingerprint TEXT NOT NULL);
        CREATE TABLE header(id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL);
        CREATE TABLE entities(
            type INTEGER NOT NULL, key BLOB NOT NULL, hash INTEGER NOT NULL, checkpoint INTEGER NOT NULL, state BLOB NOT NULL,
            PRIMARY KEY (type, key)) WITHOUT ROWID;
        CREATE TABLE log(
            checkpoint INTEGER NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL,
            PRIMARY KEY (checkpoint, part));
        """;

    // New in layout 2. A state of layout 1 knew one revision only: none is stored, and the next start stores it.
    private const string RouteTable = "CREATE TABLE routes(number INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, json TEXT NOT NULL)";

    /// <summary>Creates the tables in an empty file; leaves a present state as it is.</summary>
    /// <exception cref="InferenceException">
    /// The file is another program's, another version's, or holds state made by other features.
    /// </exception>
    public static void Prepare(SqliteDatabase database, string fingerprint)
    {
        if (database.QueryInteger("SELECT count(*) FROM sqlite_schema") == 0)
        {
            Create(database, fingerprint);
            return;
        }

        if (database.QueryInteger("PRAGMA application_id") != ApplicationId)
        {
            throw new InferenceException(
                $"'{database.Path}' is not a state database. Move it away, or choose another folder with --state.");
        }

        var version = database.QueryInteger("PRAGMA user_version");
        if (version is < 1 or > Version)
        {
            throw new InferenceException(
                $"The state in '{database.Path}' has layout {version}, this program reads layouts up to {Version}. Use the program that made it, "
                + "remove its folder to start again from the source, or choose another with --state.");
        }

        CheckFingerprint(database, fingerprint);
        if (version == 1)
        {
            Upgrade(database);
        }
    }

    private static void Upgrade(SqliteDatabase database)
    {
        database.Execute("BEGIN IMMEDIATE");
        database.Execute(RouteTable);
        database.Execute($"PRAGMA user_version = {Version}");
        database.Execute("COMMIT");
    }

    private static void Create(SqliteDatabase database, string fingerprint)
    {
        database.Execute("BEGIN IMMEDIATE");
        database.Execute(Tables);
        database.Execute(RouteTable);
        database.Execute($"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}");
        Adopt(database, fingerprint);
        database.Execute("COMMIT");
    }

    private static void CheckFingerprint(SqliteDatabase database, string fingerprint)
    {
        using var query = new SqliteStatement(database, "SELECT fingerprint, EXISTS (SELECT 1 FROM header) FROM pipeline");
        if (!query.Step())
        {
            throw SqliteFault.Damaged(database.Path, "it has no fingerprint");
        }

        var found = query.Text(0);
        var hasState = query.Integer(1) != 0;
        query.Reset();
        if (string.Equals(found, fingerprint, StringComparison.Ordinal))
        {
            return;
        }

        if (hasState)
        {
            throw new InferenceException(
                $"The state in '{database.Path}' was made by other fields, entities or features (fingerprint {found}, now {fingerprint}). "
                + "Remove its folder to start again from the source, or choose another with --state.");
        }

        // Nothing has been committed under the other definition, so there is nothing to misread.
        Adopt(database, fingerprint);
    }

    private static void Adopt(SqliteDatabase database, string fingerprint)
    {
        using var insert = new SqliteStatement(database, "INSERT OR REPLACE INTO pipeline(id, fingerprint) VALUES (1, ?1)");
        insert.Bind(1, fingerprint).Run();
    }
}
