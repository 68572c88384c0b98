CREATE TABLE "route_changes" (
	"version" bigint NOT NULL,
	"hostname" text NOT NULL,
	CONSTRAINT "route_changes_version_hostname_pk" PRIMARY KEY("version","hostname")
);
--> statement-breakpoint
ALTER TABLE "api_tokens" DROP CONSTRAINT "api_tokens_public_key";--> statement-breakpoint
ALTER TABLE "route_table" ADD COLUMN "changes_since" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_public_key" CHECK ("api_tokens"."public_key" is null or ("api_tokens"."kind" in ('node', 'edge') and octet_length("api_tokens"."public_key") = 32));
--> statement-breakpoint
-- Remembers for the rest of the transaction that it has counted the version: what it changes belongs to that one.
CREATE FUNCTION "public"."remember_route_version"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('zeitwork.route_version', NEW."version"::text, true);
	RETURN NULL;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER "route_table_remember" AFTER INSERT OR UPDATE OF "version" ON "route_table" FOR EACH ROW EXECUTE FUNCTION "public"."remember_route_version"();
--> statement-breakpoint
-- The triggers below begin with this. They run when a transaction commits, and the version's row stays locked until it has: of two transactions that change
-- routes the second one sees all that the first has changed. A hostname that only both of them together lead elsewhere is found by the second.
CREATE FUNCTION "public"."lock_route_table"() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM FROM "route_table" WHERE "id" = 1 FOR NO KEY UPDATE;
END;
$$;
--> statement-breakpoint
-- Notes hostnames as changed by the transaction's version, which it counts where nothing else has. Every thousandth version lets those go that are older than
-- ten thousand: an edge that serves from one of them gets the whole table.
CREATE FUNCTION "public"."note_route_changes"("changed" text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	"counted" bigint := nullif(current_setting('zeitwork.route_version', true), '')::bigint;
BEGIN
	IF cardinality("changed") = 0 THEN
		RETURN;
	END IF;
	IF "counted" IS NULL THEN
		UPDATE "route_table" SET "version" = "version" + 1 WHERE "id" = 1 RETURNING "version" INTO "counted";
		PERFORM pg_notify('zeitwork_routes', '');
	END IF;
	INSERT INTO "route_changes" ("version", "hostname") SELECT "counted", unnest("changed") ON CONFLICT DO NOTHING;
	IF "counted" % 1000 = 0 AND "counted" > 10000 THEN
		DELETE FROM "route_changes" WHERE "version" <= "counted" - 10000;
		UPDATE "route_table" SET "changes_since" = "counted" - 10000 WHERE "id" = 1 AND "changes_since" < "counted" - 10000;
	END IF;
END;
$$;
--> statement-breakpoint
CREATE FUNCTION "public"."note_routes_of_domain"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM "public"."lock_route_table"();
	-- The domains that send visitors on to this one do so only while it answers.
	PERFORM "public"."note_route_changes"(ARRAY(
		SELECT OLD."hostname" WHERE OLD."hostname" IS NOT NULL
		UNION SELECT NEW."hostname" WHERE NEW."hostname" IS NOT NULL
		UNION SELECT "source"."hostname" FROM "domains" AS "source" WHERE "source"."redirect_to_id" = coalesce(NEW."id", OLD."id")
	));
	RETURN NULL;
END;
$$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "domains_route_insert" AFTER INSERT ON "domains" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW."kind" <> 'custom' OR NEW."verified_at" IS NOT NULL) EXECUTE FUNCTION "public"."note_routes_of_domain"();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "domains_route_update" AFTER UPDATE ON "domains" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (
	(OLD."kind" <> 'custom' OR OLD."verified_at" IS NOT NULL OR NEW."kind" <> 'custom' OR NEW."verified_at" IS NOT NULL)
	AND (OLD."project_id", OLD."environment_id", OLD."hostname", OLD."kind", OLD."deployment_id", OLD."redirect_to_id", OLD."verified_at" IS NULL)
	IS DISTINCT FROM (NEW."project_id", NEW."environment_id", NEW."hostname", NEW."kind", NEW."deployment_id", NEW."redirect_to_id", NEW."verified_at" IS NULL)
) EXECUTE FUNCTION "public"."note_routes_of_domain"();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "domains_route_delete" AFTER DELETE ON "domains" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD."kind" <> 'custom' OR OLD."verified_at" IS NOT NULL) EXECUTE FUNCTION "public"."note_routes_of_domain"();
--> statement-breakpoint
CREATE FUNCTION "public"."note_routes_of_vm"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM "public"."lock_route_table"();
	PERFORM "public"."note_route_changes"(ARRAY(
		SELECT "hostname" FROM "domains" WHERE "deployment_id" IN (OLD."deployment_id", NEW."deployment_id")
	));
	RETURN NULL;
END;
$$;
--> statement-breakpoint
-- A VM is routed while it is healthy, is to run, and is there. A node's region, which edges are told too, never changes. An environment wakes until a VM
-- has become healthy since it was woken.
CREATE CONSTRAINT TRIGGER "vms_route_insert" AFTER INSERT ON "vms" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW."kind" = 'app' AND NEW."state" = 'healthy' AND NEW."desired_state" = 'running' AND NEW."removed_at" IS NULL)
EXECUTE FUNCTION "public"."note_routes_of_vm"();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "vms_route_update" AFTER UPDATE ON "vms" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (
	NEW."kind" = 'app'
	AND (
		(OLD."state" = 'healthy' AND OLD."desired_state" = 'running' AND OLD."removed_at" IS NULL)
		<> (NEW."state" = 'healthy' AND NEW."desired_state" = 'running' AND NEW."removed_at" IS NULL)
		OR (NEW."state" = 'healthy' AND (OLD."deployment_id", OLD."node_id", OLD."ip", OLD."port") IS DISTINCT FROM (NEW."deployment_id", NEW."node_id", NEW."ip", NEW."port"))
		OR OLD."healthy_at" IS DISTINCT FROM NEW."healthy_at"
	)
) EXECUTE FUNCTION "public"."note_routes_of_vm"();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "vms_route_delete" AFTER DELETE ON "vms" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD."kind" = 'app' AND OLD."healthy_at" IS NOT NULL) EXECUTE FUNCTION "public"."note_routes_of_vm"();
--> statement-breakpoint
CREATE FUNCTION "public"."note_routes_of_deployment"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM "public"."lock_route_table"();
	-- Where nothing has been live yet, edges say whether a deployment is on the way; a deployment's own hostname sleeps once it is not live any more.
	PERFORM "public"."note_route_changes"(ARRAY(
		SELECT "hostname" FROM "domains" WHERE "environment_id" = coalesce(NEW."environment_id", OLD."environment_id") AND "deployment_id" IS NULL
			AND ("kind" <> 'custom' OR "verified_at" IS NOT NULL)
		UNION SELECT "hostname" FROM "domains" WHERE "deployment_id" = coalesce(NEW."id", OLD."id") AND "kind" = 'deployment'
	));
	RETURN NULL;
END;
$$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "deployments_route_insert" AFTER INSERT ON "deployments" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW."state" IN ('queued', 'deploying')) EXECUTE FUNCTION "public"."note_routes_of_deployment"();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "deployments_route_update" AFTER UPDATE ON "deployments" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (
	(OLD."state" IN ('queued', 'deploying')) <> (NEW."state" IN ('queued', 'deploying')) OR (OLD."state" = 'live') <> (NEW."state" = 'live')
	OR OLD."environment_id" <> NEW."environment_id"
) EXECUTE FUNCTION "public"."note_routes_of_deployment"();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "deployments_route_delete" AFTER DELETE ON "deployments" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD."state" IN ('queued', 'deploying')) EXECUTE FUNCTION "public"."note_routes_of_deployment"();
--> statement-breakpoint
CREATE FUNCTION "public"."note_routes_of_environment"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM "public"."lock_route_table"();
	PERFORM "public"."note_route_changes"(ARRAY(
		SELECT "hostname" FROM "domains" WHERE "environment_id" = NEW."id" AND ("kind" <> 'custom' OR "verified_at" IS NOT NULL)
	));
	RETURN NULL;
END;
$$;
--> statement-breakpoint
-- Edges ask for an environment that sleeps to be woken, until it has been.
CREATE CONSTRAINT TRIGGER "environments_route_update" AFTER UPDATE ON "environments" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN ((OLD."asleep_since" IS NULL, OLD."woken_at") IS DISTINCT FROM (NEW."asleep_since" IS NULL, NEW."woken_at"))
EXECUTE FUNCTION "public"."note_routes_of_environment"();
--> statement-breakpoint
-- What changed before now is not noted.
INSERT INTO "route_table" ("id", "version", "changes_since") VALUES (1, 0, 0) ON CONFLICT ("id") DO UPDATE SET "changes_since" = "route_table"."version";
