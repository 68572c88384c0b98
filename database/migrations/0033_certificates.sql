CREATE TABLE "acme_accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"directory_url" text NOT NULL,
	"account_url" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "acme_accounts_directory_url_unique" UNIQUE("directory_url")
);
--> statement-breakpoint
CREATE TABLE "certificate_challenges" (
	"token" text PRIMARY KEY NOT NULL,
	"certificate_id" uuid NOT NULL,
	"hostname" text NOT NULL,
	"key_authorization" text NOT NULL,
	"version" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "certificate_table" (
	"id" integer PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL,
	"ticket_key_at" timestamp with time zone,
	CONSTRAINT "certificate_table_one_row" CHECK ("certificate_table"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "certificates" (
	"id" uuid PRIMARY KEY NOT NULL,
	"domain_id" uuid,
	"hostname" text NOT NULL,
	"source" text NOT NULL,
	"state" text NOT NULL,
	"problem" text,
	"chain" text,
	"not_before" timestamp with time zone,
	"not_after" timestamp with time zone,
	"version" bigint DEFAULT 0 NOT NULL,
	"step" text DEFAULT 'order' NOT NULL,
	"order_url" text,
	"next_at" timestamp with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"warned_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "certificates_source" CHECK ("certificates"."source" in ('acme', 'uploaded')),
	CONSTRAINT "certificates_state" CHECK ("certificates"."state" in ('ordering', 'active', 'failed')),
	CONSTRAINT "certificates_step" CHECK ("certificates"."step" in ('order', 'validate', 'finalize'))
);
--> statement-breakpoint
ALTER TABLE "project_events" DROP CONSTRAINT "project_events_kind";--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "https" text DEFAULT 'off' NOT NULL;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "hsts_seconds" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "edges" ADD COLUMN "certificates_version" bigint;--> statement-breakpoint
ALTER TABLE "certificate_challenges" ADD CONSTRAINT "certificate_challenges_certificate_id_certificates_id_fk" FOREIGN KEY ("certificate_id") REFERENCES "public"."certificates"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "certificates" ADD CONSTRAINT "certificates_domain_id_domains_id_fk" FOREIGN KEY ("domain_id") REFERENCES "public"."domains"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "certificate_challenges_certificate" ON "certificate_challenges" USING btree ("certificate_id");--> statement-breakpoint
CREATE UNIQUE INDEX "certificates_domain" ON "certificates" USING btree ("domain_id") WHERE "certificates"."domain_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "certificates_platform" ON "certificates" USING btree ("hostname") WHERE "certificates"."domain_id" is null;--> statement-breakpoint
CREATE INDEX "certificates_next" ON "certificates" USING btree ("next_at") WHERE "certificates"."next_at" is not null;--> statement-breakpoint
CREATE INDEX "domains_verified" ON "domains" USING btree ("verified_at") WHERE "domains"."kind" = 'custom' and "domains"."verified_at" is not null;--> statement-breakpoint
ALTER TABLE "domains" ADD CONSTRAINT "domains_https" CHECK ("domains"."https" in ('off', 'redirect'));--> statement-breakpoint
ALTER TABLE "domains" ADD CONSTRAINT "domains_hsts_seconds" CHECK ("domains"."hsts_seconds" between 0 and 63072000);--> statement-breakpoint
ALTER TABLE "project_events" ADD CONSTRAINT "project_events_kind" CHECK ("project_events"."kind" in ('instances', 'replaced', 'pinned', 'unpinned', 'preview', 'skipped', 'repository', 'certificate'));
--> statement-breakpoint
-- Edges are told how visitors of a domain are to come.
DROP TRIGGER "domains_route_update" ON "domains";
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "domains_route_update" AFTER UPDATE ON "domains" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (
	(OLD."kind" <> 'custom' OR OLD."verified_at" IS NOT NULL OR NEW."kind" <> 'custom' OR NEW."verified_at" IS NOT NULL)
	AND (OLD."project_id", OLD."environment_id", OLD."hostname", OLD."kind", OLD."deployment_id", OLD."redirect_to_id", OLD."https", OLD."hsts_seconds",
		OLD."verified_at" IS NULL)
	IS DISTINCT FROM (NEW."project_id", NEW."environment_id", NEW."hostname", NEW."kind", NEW."deployment_id", NEW."redirect_to_id", NEW."https",
		NEW."hsts_seconds", NEW."verified_at" IS NULL)
) EXECUTE FUNCTION "public"."note_routes_of_domain"();
