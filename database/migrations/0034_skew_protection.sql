ALTER TABLE "environments" ADD COLUMN "skew_protection" boolean DEFAULT true NOT NULL;--> statement-breakpoint
CREATE INDEX "deployments_warm_in" ON "deployments" USING btree ("environment_id") WHERE "deployments"."warm_until" is not null;--> statement-breakpoint
-- Pages show the new setting.
CREATE OR REPLACE TRIGGER "environments_tell_update" AFTER UPDATE ON "environments" FOR EACH ROW
WHEN (
	(OLD."branch", OLD."pull_request_title", OLD."awaiting_commit", OLD."approved_commit", OLD."pinned_by_id", OLD."expires_at", OLD."deleted_at",
		OLD."sleep_after_minutes", OLD."asleep_since", OLD."woken_at", OLD."wake_problem", OLD."skew_protection")
	IS DISTINCT FROM
	(NEW."branch", NEW."pull_request_title", NEW."awaiting_commit", NEW."approved_commit", NEW."pinned_by_id", NEW."expires_at", NEW."deleted_at",
		NEW."sleep_after_minutes", NEW."asleep_since", NEW."woken_at", NEW."wake_problem", NEW."skew_protection")
) EXECUTE FUNCTION "public"."tell_change"('environments', 'project');
--> statement-breakpoint
DROP TRIGGER "environments_route_update" ON "environments";
--> statement-breakpoint
-- Edges ask for an environment that sleeps to be woken, until it has been, and the deployment before for assets where the environment has it so.
CREATE CONSTRAINT TRIGGER "environments_route_update" AFTER UPDATE ON "environments" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN ((OLD."asleep_since" IS NULL, OLD."woken_at", OLD."skew_protection") IS DISTINCT FROM (NEW."asleep_since" IS NULL, NEW."woken_at", NEW."skew_protection"))
EXECUTE FUNCTION "public"."note_routes_of_environment"();
--> statement-breakpoint
-- The routes of an environment name the own hostname of the deployment before while that is kept warm.
CREATE OR REPLACE FUNCTION "public"."note_routes_of_domain"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM "public"."lock_route_table"();
	-- The domains that send visitors on to this one do so only while it answers.
	PERFORM "public"."note_route_changes"(ARRAY(
		SELECT OLD."hostname" WHERE OLD."hostname" IS NOT NULL
		UNION SELECT NEW."hostname" WHERE NEW."hostname" IS NOT NULL
		UNION SELECT "source"."hostname" FROM "domains" AS "source" WHERE "source"."redirect_to_id" = coalesce(NEW."id", OLD."id")
		UNION SELECT "named"."hostname" FROM "deployments" AS "warm" JOIN "domains" AS "named" ON "named"."environment_id" = "warm"."environment_id"
		WHERE 'deployment' IN (OLD."kind", NEW."kind") AND "warm"."id" IN (OLD."deployment_id", NEW."deployment_id")
			AND "warm"."state" = 'retired' AND "warm"."warm_until" IS NOT NULL
			AND "named"."kind" <> 'deployment' AND ("named"."kind" <> 'custom' OR "named"."verified_at" IS NOT NULL)
	));
	RETURN NULL;
END;
$$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION "public"."note_routes_of_deployment"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	"was_warm" boolean := coalesce(OLD."state" = 'retired' AND OLD."warm_until" IS NOT NULL, false);
	"is_warm" boolean := coalesce(NEW."state" = 'retired' AND NEW."warm_until" IS NOT NULL, false);
BEGIN
	PERFORM "public"."lock_route_table"();
	-- Where nothing has been live yet, edges say whether a deployment is on the way; a deployment's own hostname sleeps once it is not live any more. Of the
	-- deployments that are kept warm the one that was retired last is named.
	PERFORM "public"."note_route_changes"(ARRAY(
		SELECT "hostname" FROM "domains" WHERE "environment_id" = coalesce(NEW."environment_id", OLD."environment_id") AND "deployment_id" IS NULL
			AND ("kind" <> 'custom' OR "verified_at" IS NOT NULL)
		UNION SELECT "hostname" FROM "domains" WHERE "deployment_id" = coalesce(NEW."id", OLD."id") AND "kind" = 'deployment'
		UNION SELECT "hostname" FROM "domains" WHERE "environment_id" = coalesce(NEW."environment_id", OLD."environment_id") AND "kind" <> 'deployment'
			AND ("kind" <> 'custom' OR "verified_at" IS NOT NULL)
			AND ("was_warm" <> "is_warm" OR ("is_warm" AND OLD."retired_at" IS DISTINCT FROM NEW."retired_at"))
			AND NOT EXISTS (
				SELECT FROM "deployments" AS "later" WHERE "later"."environment_id" = coalesce(NEW."environment_id", OLD."environment_id")
					AND "later"."state" = 'retired' AND "later"."warm_until" IS NOT NULL AND "later"."retired_at" > greatest(OLD."retired_at", NEW."retired_at")
			)
	));
	RETURN NULL;
END;
$$;
--> statement-breakpoint
DROP TRIGGER "deployments_route_insert" ON "deployments";
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "deployments_route_insert" AFTER INSERT ON "deployments" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW."state" IN ('queued', 'deploying') OR NEW."warm_until" IS NOT NULL) EXECUTE FUNCTION "public"."note_routes_of_deployment"();
--> statement-breakpoint
DROP TRIGGER "deployments_route_update" ON "deployments";
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "deployments_route_update" AFTER UPDATE ON "deployments" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (
	(OLD."state" IN ('queued', 'deploying')) <> (NEW."state" IN ('queued', 'deploying')) OR (OLD."state" = 'live') <> (NEW."state" = 'live')
	OR OLD."environment_id" <> NEW."environment_id"
	OR (OLD."state" = 'retired' AND OLD."warm_until" IS NOT NULL) <> (NEW."state" = 'retired' AND NEW."warm_until" IS NOT NULL)
	OR (NEW."state" = 'retired' AND NEW."warm_until" IS NOT NULL AND OLD."retired_at" IS DISTINCT FROM NEW."retired_at")
) EXECUTE FUNCTION "public"."note_routes_of_deployment"();
--> statement-breakpoint
DROP TRIGGER "deployments_route_delete" ON "deployments";
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "deployments_route_delete" AFTER DELETE ON "deployments" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD."state" IN ('queued', 'deploying') OR OLD."warm_until" IS NOT NULL) EXECUTE FUNCTION "public"."note_routes_of_deployment"();
