ALTER TABLE "projects" ADD COLUMN "record_requests" boolean DEFAULT true NOT NULL;--> statement-breakpoint
-- Pages show the new setting, too.
CREATE OR REPLACE TRIGGER "projects_tell_update" AFTER UPDATE ON "projects" FOR EACH ROW
WHEN (
	(OLD."name", OLD."slug", OLD."repository_url", OLD."github_repository_id", OLD."branch", OLD."root_directory", OLD."dockerfile_path", OLD."dockerfile_target",
		OLD."port", OLD."health_path", OLD."start_seconds", OLD."grace_seconds", OLD."release_command", OLD."build_variables", OLD."variables_readable",
		OLD."instances", OLD."cpu_millis", OLD."memory_bytes", OLD."auto_deploy", OLD."previews", OLD."pull_request_previews", OLD."preview_days",
		OLD."ignored_paths", OLD."pinned_by_id", OLD."poll_error", OLD."pulls_error", OLD."report_error", OLD."deleted_at", OLD."record_requests")
	IS DISTINCT FROM
	(NEW."name", NEW."slug", NEW."repository_url", NEW."github_repository_id", NEW."branch", NEW."root_directory", NEW."dockerfile_path", NEW."dockerfile_target",
		NEW."port", NEW."health_path", NEW."start_seconds", NEW."grace_seconds", NEW."release_command", NEW."build_variables", NEW."variables_readable",
		NEW."instances", NEW."cpu_millis", NEW."memory_bytes", NEW."auto_deploy", NEW."previews", NEW."pull_request_previews", NEW."preview_days",
		NEW."ignored_paths", NEW."pinned_by_id", NEW."poll_error", NEW."pulls_error", NEW."report_error", NEW."deleted_at", NEW."record_requests")
) EXECUTE FUNCTION "public"."tell_change"('project', 'projects');--> statement-breakpoint
-- The requests that reached deployments, as edges ship them: nothing of headers, cookies, bodies, queries or the addresses of clients. It is partitioned by
-- day, by the time at which a request began, and refers to no other table: a partition that goes must not lock one. number is the order in which rows are
-- committed within a project, whose writers take turns, and the id of events. Rows of the kinds sampled and over_quota are no requests: they tell how many are missing.
CREATE SEQUENCE "request_logs_number" AS bigint;--> statement-breakpoint
CREATE TABLE "request_logs" (
	"project_id" uuid NOT NULL,
	-- That of id, to the millisecond: ids are UUIDv7, made by the edge when the request began.
	"at" timestamp with time zone NOT NULL,
	"id" uuid NOT NULL,
	"number" bigint DEFAULT nextval('request_logs_number') NOT NULL,
	"kind" text NOT NULL,
	"environment_id" uuid NOT NULL,
	"deployment_id" uuid NOT NULL,
	"vm_id" uuid,
	"region" text NOT NULL,
	"method" text NOT NULL,
	"host" text NOT NULL,
	"path" text NOT NULL,
	"status" integer NOT NULL,
	"duration_us" bigint NOT NULL,
	"first_byte_us" bigint NOT NULL,
	"bytes_out" bigint NOT NULL,
	"attempts" integer NOT NULL,
	"interrupted" boolean NOT NULL,
	"request_id" text NOT NULL,
	"dropped" bigint NOT NULL,
	CONSTRAINT "request_logs_pkey" PRIMARY KEY ("project_id", "at", "id"),
	CONSTRAINT "request_logs_kind" CHECK ("kind" in ('request', 'sampled', 'over_quota'))
) PARTITION BY RANGE ("at");--> statement-breakpoint
CREATE INDEX "request_logs_arrival" ON "request_logs" ("project_id", "number");
