ALTER TABLE "projects" ADD COLUMN "regions" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "region_instances" integer[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_regions" CHECK (cardinality("projects"."regions") = cardinality("projects"."region_instances"));--> statement-breakpoint
-- The version before knows of no regions: a number of instances that it writes is for all of them, wherever there is room.
CREATE FUNCTION "public"."forget_regions"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW."regions" := '{}';
	NEW."region_instances" := '{}';
	RETURN NEW;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER "projects_forget_regions" BEFORE UPDATE OF "instances" ON "projects" FOR EACH ROW
WHEN (OLD."instances" <> NEW."instances" AND OLD."region_instances" = NEW."region_instances")
EXECUTE FUNCTION "public"."forget_regions"();
--> statement-breakpoint
-- Pages show the new setting, too.
CREATE OR REPLACE TRIGGER "projects_tell_update" AFTER UPDATE ON "projects" FOR EACH ROW
WHEN (
	(OLD."name", OLD."slug", OLD."repository_url", OLD."github_repository_id", OLD."branch", OLD."root_directory", OLD."dockerfile_path", OLD."dockerfile_target",
		OLD."port", OLD."health_path", OLD."start_seconds", OLD."grace_seconds", OLD."release_command", OLD."build_variables", OLD."variables_readable",
		OLD."instances", OLD."regions", OLD."region_instances", OLD."cpu_millis", OLD."memory_bytes", OLD."auto_deploy", OLD."previews", OLD."pull_request_previews", OLD."preview_days",
		OLD."ignored_paths", OLD."pinned_by_id", OLD."poll_error", OLD."pulls_error", OLD."report_error", OLD."deleted_at", OLD."record_requests")
	IS DISTINCT FROM
	(NEW."name", NEW."slug", NEW."repository_url", NEW."github_repository_id", NEW."branch", NEW."root_directory", NEW."dockerfile_path", NEW."dockerfile_target",
		NEW."port", NEW."health_path", NEW."start_seconds", NEW."grace_seconds", NEW."release_command", NEW."build_variables", NEW."variables_readable",
		NEW."instances", NEW."regions", NEW."region_instances", NEW."cpu_millis", NEW."memory_bytes", NEW."auto_deploy", NEW."previews", NEW."pull_request_previews", NEW."preview_days",
		NEW."ignored_paths", NEW."pinned_by_id", NEW."poll_error", NEW."pulls_error", NEW."report_error", NEW."deleted_at", NEW."record_requests")
) EXECUTE FUNCTION "public"."tell_change"('project', 'projects');
