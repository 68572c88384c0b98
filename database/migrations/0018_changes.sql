-- Whatever a page may show tells of its change, whoever makes it: "ORGANISATION PROJECT KIND" on the channel zeitwork_changes, without what does not apply.
-- Postgres sends one notification for equal ones of a transaction. The kinds stand in database/changes.go.
CREATE FUNCTION "public"."tell_change"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	changed record;
	project uuid;
	organisation uuid;
BEGIN
	IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
	CASE TG_ARGV[1]
		WHEN 'deployment' THEN
			SELECT "projects"."id", "projects"."organisation_id" INTO project, organisation
			FROM "public"."deployments" JOIN "public"."projects" ON "projects"."id" = "deployments"."project_id" WHERE "deployments"."id" = changed."deployment_id";
		WHEN 'project' THEN
			SELECT "projects"."id", "projects"."organisation_id" INTO project, organisation FROM "public"."projects" WHERE "projects"."id" = changed."project_id";
		WHEN 'projects' THEN
			project := changed."id";
			organisation := changed."organisation_id";
		WHEN 'organisations' THEN
			organisation := changed."id";
		ELSE
			organisation := changed."organisation_id";
	END CASE;
	-- What is deleted with its project has none any more; the project tells.
	IF organisation IS NOT NULL OR TG_ARGV[1] = 'platform' THEN
		PERFORM pg_notify('zeitwork_changes', coalesce(organisation::text, '') || ' ' || coalesce(project::text, '') || ' ' || TG_ARGV[0]);
	END IF;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "deployments_tell_change" AFTER INSERT OR DELETE ON "deployments" FOR EACH ROW EXECUTE FUNCTION "public"."tell_change"('deployments', 'project');
--> statement-breakpoint
CREATE TRIGGER "deployments_tell_update" AFTER UPDATE ON "deployments" FOR EACH ROW
WHEN (
	(OLD."state", OLD."step", OLD."commit_sha", OLD."commit_message", OLD."error_message", OLD."held_at", OLD."awaits_build_since", OLD."awaits_quota_since",
		OLD."build_plan", OLD."image_id")
	IS DISTINCT FROM
	(NEW."state", NEW."step", NEW."commit_sha", NEW."commit_message", NEW."error_message", NEW."held_at", NEW."awaits_build_since", NEW."awaits_quota_since",
		NEW."build_plan", NEW."image_id")
) EXECUTE FUNCTION "public"."tell_change"('deployments', 'project');
--> statement-breakpoint
CREATE TRIGGER "deployment_steps_tell_change" AFTER INSERT ON "deployment_steps" FOR EACH ROW
EXECUTE FUNCTION "public"."tell_change"('deployments', 'deployment');
--> statement-breakpoint
CREATE TRIGGER "deployment_steps_tell_update" AFTER UPDATE ON "deployment_steps" FOR EACH ROW
WHEN ((OLD."state", OLD."waiting_for") IS DISTINCT FROM (NEW."state", NEW."waiting_for"))
EXECUTE FUNCTION "public"."tell_change"('deployments', 'deployment');
--> statement-breakpoint
CREATE TRIGGER "vms_tell_change" AFTER INSERT ON "vms" FOR EACH ROW EXECUTE FUNCTION "public"."tell_change"('instances', 'deployment');
--> statement-breakpoint
CREATE TRIGGER "vms_tell_update" AFTER UPDATE ON "vms" FOR EACH ROW
WHEN (
	(OLD."deployment_id", OLD."state", OLD."desired_state", OLD."message", OLD."exit_code", OLD."restarts", OLD."removed_at")
	IS DISTINCT FROM
	(NEW."deployment_id", NEW."state", NEW."desired_state", NEW."message", NEW."exit_code", NEW."restarts", NEW."removed_at")
) EXECUTE FUNCTION "public"."tell_change"('instances', 'deployment');
--> statement-breakpoint
CREATE TRIGGER "environments_tell_change" AFTER INSERT OR DELETE ON "environments" FOR EACH ROW EXECUTE FUNCTION "public"."tell_change"('environments', 'project');
--> statement-breakpoint
CREATE TRIGGER "environments_tell_update" AFTER UPDATE ON "environments" FOR EACH ROW
WHEN (
	(OLD."branch", OLD."pull_request_title", OLD."awaiting_commit", OLD."approved_commit", OLD."pinned_by_id", OLD."expires_at", OLD."deleted_at")
	IS DISTINCT FROM
	(NEW."branch", NEW."pull_request_title", NEW."awaiting_commit", NEW."approved_commit", NEW."pinned_by_id", NEW."expires_at", NEW."deleted_at")
) EXECUTE FUNCTION "public"."tell_change"('environments', 'project');
--> statement-breakpoint
CREATE TRIGGER "domains_tell_change" AFTER INSERT OR DELETE ON "domains" FOR EACH ROW EXECUTE FUNCTION "public"."tell_change"('domains', 'project');
--> statement-breakpoint
CREATE TRIGGER "domains_tell_update" AFTER UPDATE ON "domains" FOR EACH ROW
WHEN (
	(OLD."deployment_id", OLD."verified_at", OLD."redirect_to_id", OLD."checked_at", OLD."check_message", OLD."failing_since")
	IS DISTINCT FROM
	(NEW."deployment_id", NEW."verified_at", NEW."redirect_to_id", NEW."checked_at", NEW."check_message", NEW."failing_since")
) EXECUTE FUNCTION "public"."tell_change"('domains', 'project');
--> statement-breakpoint
CREATE TRIGGER "environment_variables_tell_change" AFTER INSERT OR DELETE ON "environment_variables" FOR EACH ROW
EXECUTE FUNCTION "public"."tell_change"('variables', 'project');
--> statement-breakpoint
-- A rotation of keys seals values anew, which changes none.
CREATE TRIGGER "environment_variables_tell_update" AFTER UPDATE ON "environment_variables" FOR EACH ROW
WHEN (OLD."updated_at" IS DISTINCT FROM NEW."updated_at") EXECUTE FUNCTION "public"."tell_change"('variables', 'project');
--> statement-breakpoint
CREATE TRIGGER "projects_tell_change" AFTER INSERT OR DELETE ON "projects" FOR EACH ROW EXECUTE FUNCTION "public"."tell_change"('project', 'projects');
--> statement-breakpoint
-- Polls write that they have looked, again and again.
CREATE TRIGGER "projects_tell_update" AFTER UPDATE ON "projects" FOR EACH ROW
WHEN (
	(OLD."name", OLD."slug", OLD."repository_url", OLD."github_repository_id", OLD."branch", OLD."root_directory", OLD."dockerfile_path", OLD."dockerfile_target",
		OLD."port", OLD."health_path", OLD."start_seconds", OLD."grace_seconds", OLD."release_command", OLD."build_variables", OLD."variables_readable",
		OLD."instances", OLD."cpu_millis", OLD."memory_bytes", OLD."auto_deploy", OLD."previews", OLD."pull_request_previews", OLD."preview_days",
		OLD."ignored_paths", OLD."pinned_by_id", OLD."poll_error", OLD."pulls_error", OLD."report_error", OLD."deleted_at")
	IS DISTINCT FROM
	(NEW."name", NEW."slug", NEW."repository_url", NEW."github_repository_id", NEW."branch", NEW."root_directory", NEW."dockerfile_path", NEW."dockerfile_target",
		NEW."port", NEW."health_path", NEW."start_seconds", NEW."grace_seconds", NEW."release_command", NEW."build_variables", NEW."variables_readable",
		NEW."instances", NEW."cpu_millis", NEW."memory_bytes", NEW."auto_deploy", NEW."previews", NEW."pull_request_previews", NEW."preview_days",
		NEW."ignored_paths", NEW."pinned_by_id", NEW."poll_error", NEW."pulls_error", NEW."report_error", NEW."deleted_at")
) EXECUTE FUNCTION "public"."tell_change"('project', 'projects');
--> statement-breakpoint
CREATE TRIGGER "project_events_tell_change" AFTER INSERT ON "project_events" FOR EACH ROW EXECUTE FUNCTION "public"."tell_change"('events', 'project');
--> statement-breakpoint
CREATE TRIGGER "repository_credentials_tell_change" AFTER INSERT OR DELETE ON "repository_credentials" FOR EACH ROW
EXECUTE FUNCTION "public"."tell_change"('project', 'project');
--> statement-breakpoint
CREATE TRIGGER "repository_credentials_tell_update" AFTER UPDATE ON "repository_credentials" FOR EACH ROW
WHEN (
	(OLD."kind", OLD."host", OLD."username", OLD."public_key", OLD."host_key", OLD."host_key_fingerprint")
	IS DISTINCT FROM (NEW."kind", NEW."host", NEW."username", NEW."public_key", NEW."host_key", NEW."host_key_fingerprint")
) EXECUTE FUNCTION "public"."tell_change"('project', 'project');
--> statement-breakpoint
CREATE TRIGGER "organisations_tell_update" AFTER UPDATE ON "organisations" FOR EACH ROW
WHEN ((OLD."slug", OLD."name", OLD."deleted_at") IS DISTINCT FROM (NEW."slug", NEW."name", NEW."deleted_at"))
EXECUTE FUNCTION "public"."tell_change"('organisation', 'organisations');
--> statement-breakpoint
CREATE TRIGGER "organisation_members_tell_change" AFTER INSERT OR DELETE ON "organisation_members" FOR EACH ROW
EXECUTE FUNCTION "public"."tell_change"('members', 'organisation');
--> statement-breakpoint
CREATE TRIGGER "organisation_members_tell_update" AFTER UPDATE ON "organisation_members" FOR EACH ROW
WHEN (OLD."role" IS DISTINCT FROM NEW."role") EXECUTE FUNCTION "public"."tell_change"('members', 'organisation');
--> statement-breakpoint
CREATE TRIGGER "invitations_tell_change" AFTER INSERT OR UPDATE OR DELETE ON "invitations" FOR EACH ROW
EXECUTE FUNCTION "public"."tell_change"('invitations', 'organisation');
--> statement-breakpoint
CREATE TRIGGER "api_tokens_tell_change" AFTER INSERT ON "api_tokens" FOR EACH ROW
WHEN (NEW."organisation_id" IS NOT NULL) EXECUTE FUNCTION "public"."tell_change"('tokens', 'organisation');
--> statement-breakpoint
CREATE TRIGGER "api_tokens_tell_update" AFTER UPDATE ON "api_tokens" FOR EACH ROW
WHEN (NEW."organisation_id" IS NOT NULL AND (OLD."name", OLD."revoked_at", OLD."expires_at") IS DISTINCT FROM (NEW."name", NEW."revoked_at", NEW."expires_at"))
EXECUTE FUNCTION "public"."tell_change"('tokens', 'organisation');
--> statement-breakpoint
-- The row without an organisation is everybody's.
CREATE TRIGGER "quotas_tell_change" AFTER INSERT OR UPDATE OR DELETE ON "quotas" FOR EACH ROW EXECUTE FUNCTION "public"."tell_change"('quotas', 'platform');
--> statement-breakpoint
CREATE TRIGGER "audit_events_tell_change" AFTER INSERT ON "audit_events" FOR EACH ROW
WHEN (NEW."organisation_id" IS NOT NULL) EXECUTE FUNCTION "public"."tell_change"('audit', 'organisation');
--> statement-breakpoint
CREATE TRIGGER "github_installations_tell_update" AFTER UPDATE ON "github_installations" FOR EACH ROW
WHEN (
	(OLD."organisation_id", OLD."account_login", OLD."has_all", OLD."permissions", OLD."suspended_at", OLD."removed_at")
	IS DISTINCT FROM
	(NEW."organisation_id", NEW."account_login", NEW."has_all", NEW."permissions", NEW."suspended_at", NEW."removed_at")
) EXECUTE FUNCTION "public"."tell_change"('github', 'organisation');
--> statement-breakpoint
CREATE TRIGGER "github_installations_tell_insert" AFTER INSERT ON "github_installations" FOR EACH ROW
EXECUTE FUNCTION "public"."tell_change"('github', 'organisation');
--> statement-breakpoint
-- An account that is tied to no organisation any more, or to another one, has gone from the one before.
CREATE FUNCTION "public"."tell_left_organisation"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('zeitwork_changes', OLD."organisation_id" || '  github');
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "github_installations_tell_left" AFTER UPDATE ON "github_installations" FOR EACH ROW
WHEN (OLD."organisation_id" IS NOT NULL AND OLD."organisation_id" IS DISTINCT FROM NEW."organisation_id")
EXECUTE FUNCTION "public"."tell_left_organisation"();
--> statement-breakpoint
CREATE TRIGGER "github_repositories_tell_change" AFTER INSERT OR DELETE ON "github_repositories" FOR EACH ROW
EXECUTE FUNCTION "public"."tell_change"('github', 'organisation');
--> statement-breakpoint
CREATE TRIGGER "github_repositories_tell_update" AFTER UPDATE ON "github_repositories" FOR EACH ROW
WHEN (
	(OLD."installation_id", OLD."full_name", OLD."default_branch", OLD."is_private", OLD."is_archived")
	IS DISTINCT FROM (NEW."installation_id", NEW."full_name", NEW."default_branch", NEW."is_private", NEW."is_archived")
) EXECUTE FUNCTION "public"."tell_change"('github', 'organisation');
