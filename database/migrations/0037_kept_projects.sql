ALTER TABLE "deployments" DROP CONSTRAINT "deployments_trigger";--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "kept_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "kept_until" timestamp with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "domains_answering" ON "domains" USING btree ("hostname") WHERE ("domains"."kind" <> 'custom' or "domains"."verified_at" is not null) and "domains"."kept_since" is null;--> statement-breakpoint
CREATE INDEX "domains_kept" ON "domains" USING btree ("hostname") WHERE "domains"."kept_since" is not null;--> statement-breakpoint
CREATE INDEX "projects_kept" ON "projects" USING btree ("kept_until") WHERE "projects"."kept_until" is not null;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_trigger" CHECK ("deployments"."trigger" in ('push', 'manual', 'redeploy', 'rollback', 'promote', 'restore'));--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_kept_until" CHECK ("projects"."kept_until" is null or "projects"."deleted_at" is not null);
--> statement-breakpoint
-- The routes of a domain go when it is kept for a deleted project, and come back with that.
DROP TRIGGER "domains_route_update" ON "domains";
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "domains_route_update" AFTER UPDATE ON "domains" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (
	(OLD."kind" <> 'custom' OR OLD."verified_at" IS NOT NULL OR NEW."kind" <> 'custom' OR NEW."verified_at" IS NOT NULL)
	AND (OLD."project_id", OLD."environment_id", OLD."hostname", OLD."kind", OLD."deployment_id", OLD."redirect_to_id", OLD."https", OLD."hsts_seconds",
		OLD."verified_at" IS NULL, OLD."kept_since" IS NULL)
	IS DISTINCT FROM (NEW."project_id", NEW."environment_id", NEW."hostname", NEW."kind", NEW."deployment_id", NEW."redirect_to_id", NEW."https",
		NEW."hsts_seconds", NEW."verified_at" IS NULL, NEW."kept_since" IS NULL)
) EXECUTE FUNCTION "public"."note_routes_of_domain"();
