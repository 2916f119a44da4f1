using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Orleans.Inference.Testing;

/// <summary>
/// Debian's PostgreSQL in a temporary folder on a free loopback port, for the tests of one collection. It ends with the fixture, and also when the test process is
/// killed: its wrapper waits for the end of standard input. Where PostgreSQL is not installed, tests skip with <see cref="Missing"/>.
/// </summary>
public sealed class PostgreSqlServer : IAsyncLifetime
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"inference-postgresql-{Guid.NewGuid():N}");
    private readonly List<string> _log = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;
    private int _databases;

    /// <summary>Why there is no server; null when there is one.</summary>
    public string? Missing { get; private set; }

    public int Port { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Max()
            : null;
        if (programs is null)
        {
            Missing = "PostgreSQL is not installed (Debian's package postgresql)";
            return;
        }

        Port = FreePort();

        // initdb refuses root, so that root becomes the user that the package made. No flush to the disk while the cluster is made; every commit afterwards is flushed.
        var script = $"""
            set -e
            trap 'rm -rf "{_folder}"' EXIT
            mkdir -m 700 "{_folder}"
            "{programs}/initdb" -D "{_folder}/data" -U inference --auth=trust -E UTF8 --locale=C --no-sync >"{_folder}/initdb.log" 2>&1 || (cat "{_folder}/initdb.log" >&2; exit 1)
            "{programs}/postgres" -D "{_folder}/data" -c listen_addresses=127.0.0.1 -c port={Port} -c unix_socket_directories="{_folder}" </dev/null &
            server=$!
            (while read -r _; do :; done; kill -INT $server) <&3 &
            wait $server || true
            """;
        var start = new ProcessStartInfo { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        var command = new List<string> { "bash", "-c", $"exec 3<&0; cd /; {script}" };
        if (Environment.UserName == "root")
        {
            command.InsertRange(0, ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        }

        start.FileName = command[0];
        command.Skip(1).ToList().ForEach(start.ArgumentList.Add);
        start.Environment["LC_ALL"] = "C";
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"PostgreSQL has ended:\n{Log()}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            await _ready.Task.WaitAsync(StartLimit);
        }
        catch (TimeoutException exception)
        {
            throw new InvalidOperationException($"PostgreSQL was not ready to accept connections within {StartLimit.TotalSeconds} s:\n{Log()}", exception);
        }
    }

    /// <summary>Skips the test where there is no server.</summary>
    public void Require() => Assert.SkipWhen(Missing is not null, Missing ?? "");

    /// <summary>Connection string of a new, empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        Require();
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await using var connection = new Npgsql.NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new Npgsql.NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return ConnectionString(name);
    }

    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={Port};Username=inference;Database={database}";

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            // The end of standard input is the server's signal to stop.
            _process.StandardInput.Close();
            using var patience = new CancellationTokenSource(StartLimit);
            await _process.WaitForExitAsync(patience.Token);
            _process.Dispose();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_log)
        {
            _log.Add(line);
        }

        if (line.Contains("database system is ready to accept connections"))
        {
            _ready.TrySetResult();
        }
    }

    private string Log()
    {
        lock (_log)
        {
            return string.Join('\n', _log);
        }
    }
}

/// <summary>Tests that share one server, each with a database of its own.</summary>
[CollectionDefinition(Name)]
public sealed class PostgreSqlTests : ICollectionFixture<PostgreSqlServer>
{
    public const string Name = "PostgreSQL";
}
