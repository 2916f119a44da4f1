-- What Orleans' ADO.NET clustering asks of a database: a table of named queries that it reads at start, and behind them whatever tables the queries like. Here: one row a
-- cluster with its version, one row a silo. Run by every silo at its start, under a lock; leaves alone what is there, also queries that somebody else has put there.

DO $tables$
BEGIN
    IF to_regclass('OrleansQuery') IS NULL THEN
        CREATE TABLE OrleansQuery (QueryKey varchar(64) PRIMARY KEY, QueryText text NOT NULL);
    END IF;
    IF to_regclass('inference_cluster') IS NULL THEN
        CREATE TABLE inference_cluster (
            id text PRIMARY KEY,
            version integer NOT NULL DEFAULT 0,
            changed_at timestamptz NOT NULL DEFAULT now()
        );
    END IF;
    IF to_regclass('inference_silo') IS NULL THEN
        CREATE TABLE inference_silo (
            cluster text NOT NULL REFERENCES inference_cluster ON DELETE CASCADE,
            address text NOT NULL,
            port integer NOT NULL,
            generation integer NOT NULL,
            name text NOT NULL,
            host text NOT NULL,
            status integer NOT NULL,
            gateway_port integer,
            suspicions text,
            started_at timestamptz NOT NULL,
            alive_at timestamptz NOT NULL,
            PRIMARY KEY (cluster, address, port, generation)
        );
    END IF;
END
$tables$;

-- A membership change is one statement: it takes the cluster's version from the one its author has read to the next, and only then touches the silo's row. Of two authors
-- who have read the same version, the second waits for the first one's row lock, finds another version and changes nothing.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', $query$
    WITH added AS (INSERT INTO inference_cluster (id) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*)::integer FROM added
$query$),
('InsertMembershipKey', $query$
    WITH turn AS (
        UPDATE inference_cluster SET version = version + 1, changed_at = now()
        WHERE id = @DeploymentId AND version = @Version AND NOT EXISTS (
            SELECT 1 FROM inference_silo s
            WHERE s.cluster = @DeploymentId AND s.address = @Address AND s.port = @Port AND s.generation = @Generation)
        RETURNING id
    ), added AS (
        INSERT INTO inference_silo (cluster, address, port, generation, name, host, status, gateway_port, started_at, alive_at)
        SELECT id, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM turn
        RETURNING 1
    )
    SELECT count(*)::integer FROM added
$query$),
('UpdateMembershipKey', $query$
    WITH turn AS (
        UPDATE inference_cluster SET version = version + 1, changed_at = now()
        WHERE id = @DeploymentId AND version = @Version AND EXISTS (
            SELECT 1 FROM inference_silo s
            WHERE s.cluster = @DeploymentId AND s.address = @Address AND s.port = @Port AND s.generation = @Generation)
        RETURNING id
    ), changed AS (
        UPDATE inference_silo s SET status = @Status, suspicions = @SuspectTimes, alive_at = @IAmAliveTime
        FROM turn
        WHERE s.cluster = turn.id AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
        RETURNING 1
    )
    SELECT count(*)::integer FROM changed
$query$),
('UpdateIAmAlivetimeKey', $query$
    UPDATE inference_silo SET alive_at = @IAmAliveTime
    WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$query$),
('MembershipReadRowKey', $query$
    SELECT s.address AS Address, s.port AS Port, s.generation AS Generation, s.name AS SiloName, s.host AS HostName, s.status AS Status,
        s.gateway_port AS ProxyPort, s.suspicions AS SuspectTimes, s.started_at AS StartTime, s.alive_at AS IAmAliveTime, c.version AS Version
    FROM inference_cluster c
    LEFT JOIN inference_silo s ON s.cluster = c.id AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
    WHERE c.id = @DeploymentId
$query$),
('MembershipReadAllKey', $query$
    SELECT s.address AS Address, s.port AS Port, s.generation AS Generation, s.name AS SiloName, s.host AS HostName, s.status AS Status,
        s.gateway_port AS ProxyPort, s.suspicions AS SuspectTimes, s.started_at AS StartTime, s.alive_at AS IAmAliveTime, c.version AS Version
    FROM inference_cluster c
    LEFT JOIN inference_silo s ON s.cluster = c.id
    WHERE c.id = @DeploymentId
$query$),
('GatewaysQueryKey', $query$
    SELECT address AS Address, gateway_port AS ProxyPort, generation AS Generation
    FROM inference_silo
    WHERE cluster = @DeploymentId AND status = @Status AND gateway_port > 0
$query$),
('DeleteMembershipTableEntriesKey', $query$
    DELETE FROM inference_cluster WHERE id = @DeploymentId
$query$),
-- 3 is an active silo: however old its sign of life is, only its neighbours may declare it dead.
('CleanupDefunctSiloEntriesKey', $query$
    DELETE FROM inference_silo WHERE cluster = @DeploymentId AND alive_at < @IAmAliveTime AND status <> 3
$query$)
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = EXCLUDED.QueryText
WHERE OrleansQuery.QueryText LIKE '%inference_%' AND OrleansQuery.QueryText <> EXCLUDED.QueryText;
