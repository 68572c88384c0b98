-- What the queries know of River's tables, for sqlc alone: River's own migrations make them.
CREATE SCHEMA river;

CREATE TYPE river.river_job_state AS ENUM (
  'available', 'cancelled', 'completed', 'discarded', 'pending', 'retryable', 'running', 'scheduled'
);

CREATE TABLE river.river_job (
  id bigint PRIMARY KEY NOT NULL,
  state river.river_job_state NOT NULL,
  attempt smallint NOT NULL,
  attempted_at timestamptz,
  created_at timestamptz NOT NULL,
  args jsonb NOT NULL,
  attempted_by text[],
  errors jsonb[],
  finalized_at timestamptz,
  kind text NOT NULL,
  metadata jsonb NOT NULL,
  priority smallint NOT NULL,
  queue text NOT NULL,
  scheduled_at timestamptz NOT NULL
);

CREATE TABLE river.river_queue (
  name text PRIMARY KEY NOT NULL,
  paused_at timestamptz
);

CREATE TABLE river.river_leader (
  elected_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  leader_id text NOT NULL,
  name text PRIMARY KEY
);
