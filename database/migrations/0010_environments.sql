CREATE TABLE "branches" (
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"commit_sha" text NOT NULL,
	CONSTRAINT "branches_project_id_name_pk" PRIMARY KEY("project_id","name")
);
--> statement-breakpoint
CREATE TABLE "environments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"slug" text NOT NULL,
	"branch" text NOT NULL,
	"pull_request_number" integer,
	"pinned_by_id" uuid,
	"last_seen_commit" text,
	"last_seen_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "environments_kind" CHECK ("environments"."kind" in ('production', 'preview')),
	CONSTRAINT "environments_production_id" CHECK (("environments"."kind" = 'production') = ("environments"."id" = "environments"."project_id"))
);
--> statement-breakpoint
ALTER TABLE "deployments" DROP CONSTRAINT "deployments_trigger";--> statement-breakpoint
ALTER TABLE "domains" DROP CONSTRAINT "domains_kind";--> statement-breakpoint
ALTER TABLE "project_events" DROP CONSTRAINT "project_events_kind";--> statement-breakpoint
ALTER TABLE "domains" DROP CONSTRAINT "domains_deployment_id_deployments_id_fk";
--> statement-breakpoint
DROP INDEX "deployments_active";--> statement-breakpoint
DROP INDEX "deployments_live";--> statement-breakpoint
DROP INDEX "deployments_released";--> statement-breakpoint
DROP INDEX "domains_generated";--> statement-breakpoint
DROP INDEX "environment_variables_name";--> statement-breakpoint
DROP INDEX "projects_poll";--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "environment_id" uuid;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "environment_id" uuid;--> statement-breakpoint
ALTER TABLE "environment_variables" ADD COLUMN "scope" text DEFAULT 'all' NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "previews" text DEFAULT 'off' NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "preview_days" integer DEFAULT 14 NOT NULL;--> statement-breakpoint
-- What is there belongs to the production of its project, which has the project's id.
INSERT INTO "environments" ("id", "project_id", "kind", "slug", "branch", "pinned_by_id", "last_seen_commit", "last_seen_at", "created_at", "deleted_at")
SELECT "id", "id", 'production', 'production', "branch", "pinned_by_id", "last_seen_commit", "last_seen_at", "created_at", "deleted_at" FROM "projects";
--> statement-breakpoint
UPDATE "deployments" SET "environment_id" = "project_id";
--> statement-breakpoint
UPDATE "domains" SET "environment_id" = "project_id";
--> statement-breakpoint
ALTER TABLE "deployments" ALTER COLUMN "environment_id" SET NOT NULL;
--> statement-breakpoint
ALTER TABLE "domains" ALTER COLUMN "environment_id" SET NOT NULL;
--> statement-breakpoint
-- A new project gets its production, which follows its branch, its end, and pins by the version before.
CREATE FUNCTION "public"."make_production"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO "public"."environments" ("id", "project_id", "kind", "slug", "branch", "pinned_by_id", "deleted_at")
	VALUES (NEW."id", NEW."id", 'production', 'production', NEW."branch", NEW."pinned_by_id", NEW."deleted_at");
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "projects_make_production" AFTER INSERT ON "projects" FOR EACH ROW EXECUTE FUNCTION "public"."make_production"();
--> statement-breakpoint
CREATE FUNCTION "public"."follow_project"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE "public"."environments" SET "branch" = NEW."branch", "pinned_by_id" = NEW."pinned_by_id", "deleted_at" = NEW."deleted_at"
	WHERE "id" = NEW."id" AND ("branch", "pinned_by_id", "deleted_at") IS DISTINCT FROM (NEW."branch", NEW."pinned_by_id", NEW."deleted_at");
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "projects_follow_project" AFTER UPDATE OF "branch", "pinned_by_id", "deleted_at" ON "projects" FOR EACH ROW
WHEN ((OLD."branch", OLD."pinned_by_id", OLD."deleted_at") IS DISTINCT FROM (NEW."branch", NEW."pinned_by_id", NEW."deleted_at"))
EXECUTE FUNCTION "public"."follow_project"();
--> statement-breakpoint
-- The version before reads the pin of production from its project.
CREATE FUNCTION "public"."show_pin"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE "public"."projects" SET "pinned_by_id" = NEW."pinned_by_id" WHERE "id" = NEW."id" AND "pinned_by_id" IS DISTINCT FROM NEW."pinned_by_id";
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "environments_show_pin" AFTER UPDATE OF "pinned_by_id" ON "environments" FOR EACH ROW
WHEN (NEW."kind" = 'production' AND OLD."pinned_by_id" IS DISTINCT FROM NEW."pinned_by_id") EXECUTE FUNCTION "public"."show_pin"();
--> statement-breakpoint
-- The version before names no environment: what it inserts is production's.
CREATE FUNCTION "public"."fill_production"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW."environment_id" := NEW."project_id";
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "deployments_fill_production" BEFORE INSERT ON "deployments" FOR EACH ROW
WHEN (NEW."environment_id" IS NULL) EXECUTE FUNCTION "public"."fill_production"();
--> statement-breakpoint
CREATE TRIGGER "domains_fill_production" BEFORE INSERT ON "domains" FOR EACH ROW
WHEN (NEW."environment_id" IS NULL) EXECUTE FUNCTION "public"."fill_production"();
--> statement-breakpoint
-- A worker of the version before would point all domains of a project at a deployment, those of previews too: its transaction fails, and a worker
-- of this version repeats the step.
CREATE FUNCTION "public"."refuse_other_environment"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (
		SELECT FROM "public"."deployments" WHERE "deployments"."id" = NEW."deployment_id" AND "deployments"."environment_id" = NEW."environment_id"
	) THEN
		RAISE EXCEPTION 'the domain % is not of the environment of deployment %', NEW."hostname", NEW."deployment_id" USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "domains_refuse_other_environment" BEFORE INSERT OR UPDATE OF "deployment_id", "environment_id" ON "domains" FOR EACH ROW
WHEN (NEW."deployment_id" IS NOT NULL) EXECUTE FUNCTION "public"."refuse_other_environment"();
--> statement-breakpoint
ALTER TABLE "branches" ADD CONSTRAINT "branches_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "environments" ADD CONSTRAINT "environments_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "environments" ADD CONSTRAINT "environments_pinned_by_id_deployments_id_fk" FOREIGN KEY ("pinned_by_id") REFERENCES "public"."deployments"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "environments_project" ON "environments" USING btree ("project_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "environments_production" ON "environments" USING btree ("project_id") WHERE "environments"."kind" = 'production';--> statement-breakpoint
CREATE UNIQUE INDEX "environments_preview" ON "environments" USING btree ("project_id","branch") WHERE "environments"."kind" = 'preview' and "environments"."deleted_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "environments_slug" ON "environments" USING btree ("project_id","slug") WHERE "environments"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "environments_pinned" ON "environments" USING btree ("pinned_by_id") WHERE "environments"."pinned_by_id" is not null;--> statement-breakpoint
CREATE INDEX "environments_expires" ON "environments" USING btree ("expires_at") WHERE "environments"."expires_at" is not null and "environments"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "environments_deleted" ON "environments" USING btree ("deleted_at") WHERE "environments"."deleted_at" is not null;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "public"."environments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "domains" ADD CONSTRAINT "domains_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "public"."environments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "domains" ADD CONSTRAINT "domains_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deployments_environment" ON "deployments" USING btree ("environment_id","id");--> statement-breakpoint
CREATE INDEX "deployments_current" ON "deployments" USING btree ("environment_id") WHERE "deployments"."state" in ('queued', 'deploying', 'live');--> statement-breakpoint
CREATE UNIQUE INDEX "deployments_live_in" ON "deployments" USING btree ("environment_id") WHERE "deployments"."state" = 'live';--> statement-breakpoint
CREATE INDEX "deployments_released_in" ON "deployments" USING btree ("environment_id","route_version") WHERE "deployments"."route_version" is not null;--> statement-breakpoint
CREATE INDEX "domains_environment" ON "domains" USING btree ("environment_id");--> statement-breakpoint
CREATE UNIQUE INDEX "domains_generated_for" ON "domains" USING btree ("environment_id") WHERE "domains"."kind" = 'generated';--> statement-breakpoint
CREATE UNIQUE INDEX "environment_variables_name_scope" ON "environment_variables" USING btree ("project_id","name","scope");--> statement-breakpoint
CREATE INDEX "projects_due" ON "projects" USING btree ("polled_at") WHERE "projects"."deleted_at" is null and ("projects"."auto_deploy" or "projects"."previews" <> 'off');--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_trigger" CHECK ("deployments"."trigger" in ('push', 'manual', 'redeploy', 'rollback', 'promote'));--> statement-breakpoint
ALTER TABLE "domains" ADD CONSTRAINT "domains_kind" CHECK ("domains"."kind" in ('generated', 'custom', 'deployment'));--> statement-breakpoint
ALTER TABLE "environment_variables" ADD CONSTRAINT "environment_variables_scope" CHECK ("environment_variables"."scope" in ('all', 'production', 'preview'));--> statement-breakpoint
ALTER TABLE "project_events" ADD CONSTRAINT "project_events_kind" CHECK ("project_events"."kind" in ('instances', 'replaced', 'pinned', 'unpinned', 'preview'));--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_previews" CHECK ("projects"."previews" in ('off', 'branches'));--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_preview_days" CHECK ("projects"."preview_days" between 1 and 365);