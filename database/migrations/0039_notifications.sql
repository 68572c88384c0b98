CREATE TABLE "notification_channels" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organisation_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"address" text NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"delivered_at" timestamp with time zone,
	"broken_at" timestamp with time zone,
	"broken_reason" text,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "notification_channels_kind" CHECK ("notification_channels"."kind" in ('email', 'slack', 'webhook')),
	CONSTRAINT "notification_channels_broken" CHECK (("notification_channels"."broken_at" is null) = ("notification_channels"."broken_reason" is null))
);
--> statement-breakpoint
CREATE TABLE "notification_deliveries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"channel_id" uuid NOT NULL,
	"event" text NOT NULL,
	"deployment_id" uuid,
	"environment_id" uuid,
	"state" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"problem" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "notification_deliveries_event" CHECK ("notification_deliveries"."event" in ('failed', 'recovered', 'test')),
	CONSTRAINT "notification_deliveries_state" CHECK ("notification_deliveries"."state" in ('pending', 'delivered', 'failed')),
	CONSTRAINT "notification_deliveries_subject" CHECK (("notification_deliveries"."event" = 'test') = ("notification_deliveries"."deployment_id" is null) and ("notification_deliveries"."deployment_id" is null) = ("notification_deliveries"."environment_id" is null)),
	CONSTRAINT "notification_deliveries_ended" CHECK (("notification_deliveries"."state" = 'pending') = ("notification_deliveries"."ended_at" is null))
);
--> statement-breakpoint
ALTER TABLE "notification_channels" ADD CONSTRAINT "notification_channels_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_channels" ADD CONSTRAINT "notification_channels_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_deliveries" ADD CONSTRAINT "notification_deliveries_channel_id_notification_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "public"."notification_channels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_deliveries" ADD CONSTRAINT "notification_deliveries_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_deliveries" ADD CONSTRAINT "notification_deliveries_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "public"."environments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "notification_channels_name" ON "notification_channels" USING btree ("organisation_id","name");--> statement-breakpoint
CREATE INDEX "notification_channels_created_by" ON "notification_channels" USING btree ("created_by");--> statement-breakpoint
CREATE UNIQUE INDEX "notification_deliveries_once" ON "notification_deliveries" USING btree ("deployment_id","channel_id","event");--> statement-breakpoint
CREATE INDEX "notification_deliveries_channel" ON "notification_deliveries" USING btree ("channel_id","id");--> statement-breakpoint
CREATE INDEX "notification_deliveries_pending" ON "notification_deliveries" USING btree ("channel_id") WHERE "notification_deliveries"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "notification_deliveries_environment" ON "notification_deliveries" USING btree ("environment_id","channel_id","created_at");--> statement-breakpoint
CREATE TRIGGER "notification_channels_tell_change" AFTER INSERT OR UPDATE OR DELETE ON "notification_channels" FOR EACH ROW
EXECUTE FUNCTION "public"."tell_change"('notifications', 'organisation');
