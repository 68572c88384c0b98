CREATE TABLE "log_drops" (
	"vm_id" uuid PRIMARY KEY NOT NULL,
	"lines" bigint NOT NULL,
	"sequence" bigint NOT NULL,
	"told_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "log_uses" (
	"organisation_id" uuid PRIMARY KEY NOT NULL,
	"level_bytes" bigint NOT NULL,
	"level_at" timestamp with time zone NOT NULL,
	"minute" timestamp with time zone NOT NULL,
	"minute_bytes" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "awaits_quota_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "quotas" ADD COLUMN "projects" integer;--> statement-breakpoint
ALTER TABLE "quotas" ADD COLUMN "domains" integer;--> statement-breakpoint
ALTER TABLE "quotas" ADD COLUMN "instances" integer;--> statement-breakpoint
ALTER TABLE "quotas" ADD COLUMN "cpu_millis" bigint;--> statement-breakpoint
ALTER TABLE "quotas" ADD COLUMN "memory_bytes" bigint;--> statement-breakpoint
ALTER TABLE "quotas" ADD COLUMN "log_bytes_per_minute" bigint;--> statement-breakpoint
ALTER TABLE "quotas" ADD COLUMN "requests_per_minute" integer;--> statement-breakpoint
ALTER TABLE "log_drops" ADD CONSTRAINT "log_drops_vm_id_vms_id_fk" FOREIGN KEY ("vm_id") REFERENCES "public"."vms"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "log_uses" ADD CONSTRAINT "log_uses_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deployments_awaiting_quota" ON "deployments" USING btree ("id") WHERE "deployments"."awaits_quota_since" is not null and "deployments"."state" = 'deploying';--> statement-breakpoint
ALTER TABLE "quotas" ADD CONSTRAINT "quotas_projects" CHECK ("quotas"."projects" >= 0);--> statement-breakpoint
ALTER TABLE "quotas" ADD CONSTRAINT "quotas_domains" CHECK ("quotas"."domains" >= 0);--> statement-breakpoint
ALTER TABLE "quotas" ADD CONSTRAINT "quotas_instances" CHECK ("quotas"."instances" >= 0);--> statement-breakpoint
ALTER TABLE "quotas" ADD CONSTRAINT "quotas_cpu_millis" CHECK ("quotas"."cpu_millis" >= 0);--> statement-breakpoint
ALTER TABLE "quotas" ADD CONSTRAINT "quotas_memory_bytes" CHECK ("quotas"."memory_bytes" >= 0);--> statement-breakpoint
ALTER TABLE "quotas" ADD CONSTRAINT "quotas_log_bytes_per_minute" CHECK ("quotas"."log_bytes_per_minute" >= 0);--> statement-breakpoint
ALTER TABLE "quotas" ADD CONSTRAINT "quotas_requests_per_minute" CHECK ("quotas"."requests_per_minute" >= 1);--> statement-breakpoint
CREATE VIEW "public"."platform_limits" AS (
  select coalesce(platform.builds, 2) as builds,
    coalesce(platform.projects, 100) as projects,
    coalesce(platform.domains, 200) as domains,
    coalesce(platform.instances, 50) as instances,
    coalesce(platform.cpu_millis, 50000::bigint) as cpu_millis,
    coalesce(platform.memory_bytes, 107374182400::bigint) as memory_bytes,
    coalesce(platform.log_bytes_per_minute, 67108864::bigint) as log_bytes_per_minute,
    coalesce(platform.requests_per_minute, 12000) as requests_per_minute
  from (select 1) as one left join quotas as platform on platform.organisation_id is null);--> statement-breakpoint
CREATE OR REPLACE VIEW "public"."organisation_limits" AS (
  select organisations.id as organisation_id,
    coalesce(own.builds, platform_limits.builds) as builds,
    coalesce(own.projects, platform_limits.projects) as projects,
    coalesce(own.domains, platform_limits.domains) as domains,
    coalesce(own.instances, platform_limits.instances) as instances,
    coalesce(own.cpu_millis, platform_limits.cpu_millis) as cpu_millis,
    coalesce(own.memory_bytes, platform_limits.memory_bytes) as memory_bytes,
    coalesce(own.log_bytes_per_minute, platform_limits.log_bytes_per_minute) as log_bytes_per_minute,
    coalesce(own.requests_per_minute, platform_limits.requests_per_minute) as requests_per_minute
  from organisations
  cross join platform_limits
  left join quotas as own on own.organisation_id = organisations.id);