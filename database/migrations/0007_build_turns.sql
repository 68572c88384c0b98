CREATE TABLE "quotas" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organisation_id" uuid,
	"builds" integer,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "quotas_organisation_id_unique" UNIQUE("organisation_id"),
	CONSTRAINT "quotas_builds" CHECK ("quotas"."builds" between 0 and 10000)
);
--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "awaits_build_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "quotas" ADD CONSTRAINT "quotas_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "quotas_platform" ON "quotas" USING btree (("organisation_id" is null)) WHERE "quotas"."organisation_id" is null;--> statement-breakpoint
CREATE INDEX "deployments_awaiting_build" ON "deployments" USING btree ("id") WHERE "deployments"."awaits_build_since" is not null and "deployments"."state" = 'queued';--> statement-breakpoint
CREATE VIEW "public"."organisation_limits" AS (
  select organisations.id as organisation_id, coalesce(own.builds, platform.builds, 2) as builds
  from organisations
  left join quotas as own on own.organisation_id = organisations.id
  left join quotas as platform on platform.organisation_id is null);