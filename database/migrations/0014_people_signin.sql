CREATE TABLE "device_logins" (
	"id" uuid PRIMARY KEY NOT NULL,
	"device_hash" "bytea" NOT NULL,
	"user_code" text NOT NULL,
	"machine" text NOT NULL,
	"address" text NOT NULL,
	"polled_at" timestamp with time zone,
	"interval_seconds" integer DEFAULT 5 NOT NULL,
	"user_id" uuid,
	"approved" boolean,
	"decided_at" timestamp with time zone,
	"fetched_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "device_logins_device_hash_unique" UNIQUE("device_hash"),
	CONSTRAINT "device_logins_user_code_unique" UNIQUE("user_code")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"user_agent" text DEFAULT '' NOT NULL,
	"address" text DEFAULT '' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sign_in_codes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"code_hash" "bytea" NOT NULL,
	"user_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "sign_in_codes_code_hash_unique" UNIQUE("code_hash")
);
--> statement-breakpoint
CREATE TABLE "web_flows" (
	"id" uuid PRIMARY KEY NOT NULL,
	"purpose" text NOT NULL,
	"state_hash" "bytea" NOT NULL,
	"browser_hash" "bytea" NOT NULL,
	"user_id" uuid,
	"organisation_id" uuid,
	"return_to" text DEFAULT '' NOT NULL,
	"details" jsonb DEFAULT '{}' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "web_flows_state_hash_unique" UNIQUE("state_hash")
);
--> statement-breakpoint
ALTER TABLE "api_tokens" DROP CONSTRAINT "api_tokens_owner";--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "personal_user_id" uuid;--> statement-breakpoint
ALTER TABLE "device_logins" ADD CONSTRAINT "device_logins_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_id_api_tokens_id_fk" FOREIGN KEY ("id") REFERENCES "public"."api_tokens"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sign_in_codes" ADD CONSTRAINT "sign_in_codes_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "web_flows" ADD CONSTRAINT "web_flows_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "web_flows" ADD CONSTRAINT "web_flows_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "device_logins_user" ON "device_logins" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sign_in_codes_user" ON "sign_in_codes" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "web_flows_user" ON "web_flows" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "web_flows_organisation" ON "web_flows" USING btree ("organisation_id");--> statement-breakpoint
ALTER TABLE "organisations" ADD CONSTRAINT "organisations_personal_user_id_users_id_fk" FOREIGN KEY ("personal_user_id") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organisations" ADD CONSTRAINT "organisations_personal_user_id_unique" UNIQUE("personal_user_id");--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_owner" CHECK (("api_tokens"."kind" in ('user', 'organisation', 'session') and "api_tokens"."user_id" is not null and "api_tokens"."node_id" is null and "api_tokens"."edge_id" is null)
        or ("api_tokens"."kind" = 'node' and "api_tokens"."node_id" is not null and "api_tokens"."user_id" is null and "api_tokens"."edge_id" is null)
        or ("api_tokens"."kind" = 'edge' and "api_tokens"."edge_id" is not null and "api_tokens"."user_id" is null and "api_tokens"."node_id" is null));
--> statement-breakpoint
CREATE TABLE "detections" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organisation_id" uuid NOT NULL,
	"created_by" uuid,
	"state" text DEFAULT 'queued' NOT NULL,
	"repository_url" text NOT NULL,
	"repository_id" bigint,
	"installation_id" uuid,
	"branch" text NOT NULL,
	"root_directory" text DEFAULT '' NOT NULL,
	"dockerfile_path" text DEFAULT 'Dockerfile' NOT NULL,
	"dockerfile_target" text DEFAULT '' NOT NULL,
	"commit_sha" text,
	"result" jsonb,
	"error_code" text,
	"error_message" text,
	"waiting_for" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "detections_state" CHECK ("detections"."state" in ('queued', 'succeeded', 'failed'))
);
--> statement-breakpoint
ALTER TABLE "project_events" DROP CONSTRAINT "project_events_kind";--> statement-breakpoint
ALTER TABLE "detections" ADD CONSTRAINT "detections_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "detections" ADD CONSTRAINT "detections_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "detections" ADD CONSTRAINT "detections_installation_id_github_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "public"."github_installations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "detections_organisation" ON "detections" USING btree ("organisation_id","id");--> statement-breakpoint
CREATE INDEX "detections_installation" ON "detections" USING btree ("installation_id");--> statement-breakpoint
CREATE INDEX "detections_created_by" ON "detections" USING btree ("created_by");--> statement-breakpoint
ALTER TABLE "project_events" ADD CONSTRAINT "project_events_kind" CHECK ("project_events"."kind" in ('instances', 'replaced', 'pinned', 'unpinned', 'preview', 'repository'));
