-- What differs between a database that was restored and the one that was dumped, executed in the transaction that restores it. The backup may be of any
-- version of the schema since there are backups: nothing here may need more.
SET LOCAL search_path = public;

-- The triggers that note changed routes do it now, and not behind what follows.
SET CONSTRAINTS ALL IMMEDIATE;

-- Nobody knows yet what runs: a VM is routed once its node has said so. Time without an API counts for nobody.
UPDATE vms SET state = 'pending', starting_for = '0', unhealthy_for = '0' WHERE kind = 'app' AND state = 'healthy' AND removed_at IS NULL;
UPDATE nodes SET last_seen_at = least(last_seen_at, now());
UPDATE edges SET last_seen_at = least(last_seen_at, now());

-- Versions that edges have from after the backup mean something else from now on. Milliseconds since 1970 are beyond all that was counted one by one, an
-- earlier restore included. Edges that come with a version from before get the whole table, and all certificates.
UPDATE route_table SET version = greatest(version + 1, (extract(epoch FROM now()) * 1000)::bigint);
UPDATE route_table SET changes_since = version;
DELETE FROM route_changes;

UPDATE certificate_table SET version = greatest(version + 1, (extract(epoch FROM now()) * 1000)::bigint);
UPDATE certificates SET version = certificate_table.version FROM certificate_table;
UPDATE certificate_challenges SET version = certificate_table.version FROM certificate_table;

-- Sign-ins that have ended since the backup, and codes that were used, must not live again.
UPDATE api_tokens SET revoked_at = now() WHERE kind = 'session' AND revoked_at IS NULL;
DELETE FROM sign_in_codes;
DELETE FROM join_tokens;
DELETE FROM device_logins;
DELETE FROM web_flows;

-- The API holds nodes and edges back until they go by this database, one after the other.
INSERT INTO control_plane (id, answering_since, answered_at, restored_at, restored_version)
SELECT 1, now() - interval '1 hour', now() - interval '1 hour', now(), version FROM route_table
ON CONFLICT (id) DO UPDATE SET answering_since = excluded.answering_since, answered_at = excluded.answered_at,
  restored_at = excluded.restored_at, restored_version = excluded.restored_version;
