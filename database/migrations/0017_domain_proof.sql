CREATE TABLE "released_hostnames" (
	"hostname" text PRIMARY KEY NOT NULL,
	"organisation_id" uuid NOT NULL,
	"released_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "repository_credentials" (
	"project_id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"host" text,
	"username" text,
	"public_key" text,
	"host_key" text,
	"host_key_fingerprint" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "repository_credentials_kind" CHECK ("repository_credentials"."kind" in ('deploy_key', 'https'))
);
--> statement-breakpoint
ALTER TABLE "domains" DROP CONSTRAINT "domains_hostname_unique";--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "verified_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "verification_token" text;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "claimed_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "redirect_to_id" uuid;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "checked_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "next_check_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "check_message" text;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "failing_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "released_hostnames" ADD CONSTRAINT "released_hostnames_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "repository_credentials" ADD CONSTRAINT "repository_credentials_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "released_hostnames_released" ON "released_hostnames" USING btree ("released_at");--> statement-breakpoint
CREATE INDEX "released_hostnames_organisation" ON "released_hostnames" USING btree ("organisation_id");--> statement-breakpoint
ALTER TABLE "domains" ADD CONSTRAINT "domains_redirect_to_id_domains_id_fk" FOREIGN KEY ("redirect_to_id") REFERENCES "public"."domains"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "domains_hostname" ON "domains" USING btree ("hostname") WHERE "domains"."kind" <> 'custom' or "domains"."verified_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "domains_claim" ON "domains" USING btree ("project_id","hostname") WHERE "domains"."kind" = 'custom';--> statement-breakpoint
CREATE INDEX "domains_next_check" ON "domains" USING btree ("next_check_at") WHERE "domains"."kind" = 'custom';--> statement-breakpoint
CREATE INDEX "domains_redirect_to" ON "domains" USING btree ("redirect_to_id") WHERE "domains"."redirect_to_id" is not null;--> statement-breakpoint
-- What answered before there was a proof goes on answering.
UPDATE "domains" SET "verified_at" = "created_at", "claimed_at" = "created_at", "verification_token" = replace(gen_random_uuid()::text, '-', '')
WHERE "kind" = 'custom';
--> statement-breakpoint
-- Nothing answers on a hostname that is only claimed, whichever version points domains at deployments. What the version before adds is a claim, too.
CREATE FUNCTION "public"."guard_claim"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW."verification_token" := coalesce(NEW."verification_token", replace(gen_random_uuid()::text, '-', ''));
	IF NEW."verified_at" IS NULL THEN
		NEW."deployment_id" := NULL;
	END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "domains_guard_claim" BEFORE INSERT OR UPDATE ON "domains" FOR EACH ROW
WHEN (NEW."kind" = 'custom') EXECUTE FUNCTION "public"."guard_claim"();
--> statement-breakpoint
-- A generated hostname that is given up stays for its organisation for a while.
CREATE FUNCTION "public"."release_hostname"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO "public"."released_hostnames" ("hostname", "organisation_id")
	SELECT OLD."hostname", "projects"."organisation_id" FROM "public"."projects" WHERE "projects"."id" = OLD."project_id"
	ON CONFLICT ("hostname") DO UPDATE SET "organisation_id" = excluded."organisation_id", "released_at" = excluded."released_at";
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "domains_release_hostname" AFTER DELETE ON "domains" FOR EACH ROW
WHEN (OLD."kind" = 'generated') EXECUTE FUNCTION "public"."release_hostname"();
