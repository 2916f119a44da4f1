using System.Net.Sockets;
using Npgsql;

namespace Orleans.Inference.Grains.Storage.PostgreSql;

/// <summary>What a PostgreSQL error means to whoever runs the silo.</summary>
public static class PostgreSqlFault
{
    /// <summary>Whether <see cref="Describe"/> knows more than the exception says.</summary>
    public static bool IsOne(Exception exception) =>
        exception is NpgsqlException or SocketException or TimeoutException or InvalidOperationException { InnerException: NpgsqlException };

    /// <param name="exception">What the driver threw.</param>
    /// <param name="setting">The setting with the connection string, such as <c>Storage:ConnectionString</c>.</param>
    /// <param name="server">The server as <c>HOST:PORT/DATABASE</c>; never the password.</param>
    public static InferenceException Describe(Exception exception, string setting, string server) => new(
        exception is PostgresException refused
            ? refused.SqlState switch
            {
                PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                    $"PostgreSQL at {server} refuses the user: {refused.MessageText}. Correct user and password in {setting}.",
                PostgresErrorCodes.InvalidCatalogName =>
                    $"PostgreSQL at {server}: {refused.MessageText}. Create the database, or name another in {setting}.",
                PostgresErrorCodes.InsufficientPrivilege =>
                    $"PostgreSQL at {server}: {refused.MessageText}. Grant the user of {setting} CREATE on its schema and SELECT, INSERT, UPDATE and DELETE on its tables.",
                PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn =>
                    $"PostgreSQL at {server}: {refused.MessageText}. Somebody has changed the tables; restart the silo, which makes those that are missing.",
                PostgresErrorCodes.TooManyConnections =>
                    $"PostgreSQL at {server}: {refused.MessageText}. Raise its max_connections, or set 'Maximum Pool Size' in {setting}.",
                PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory =>
                    $"PostgreSQL at {server}: {refused.MessageText}. Give the server more room.",
                PostgresErrorCodes.ReadOnlySqlTransaction =>
                    $"PostgreSQL at {server}: {refused.MessageText}. {setting} must lead to the primary, not to a replica.",
                _ => $"PostgreSQL at {server}: {refused.MessageText} ({refused.SqlState}).",
            }
            : $"PostgreSQL at {server} does not answer: {(exception.InnerException ?? exception).Message}. Check that it is up and that {setting} leads to it.",
        exception);

    /// <summary>The server that a connection string leads to, as <c>HOST:PORT/DATABASE</c>.</summary>
    public static string ServerOf(NpgsqlConnectionStringBuilder connection) => $"{connection.Host}:{connection.Port}/{connection.Database ?? connection.Username}";
}
