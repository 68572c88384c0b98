CREATE TABLE "platform_alerts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"part" text NOT NULL,
	"about" text NOT NULL,
	"detail" text NOT NULL,
	"advice" text NOT NULL,
	"began_at" timestamp with time zone DEFAULT now() NOT NULL,
	"told_at" timestamp with time zone,
	"well_since" timestamp with time zone,
	"ended_at" timestamp with time zone,
	CONSTRAINT "platform_alerts_order" CHECK ("platform_alerts"."ended_at" is null or ("platform_alerts"."told_at" is not null and "platform_alerts"."well_since" is not null))
);
--> statement-breakpoint
ALTER TABLE "notification_deliveries" DROP CONSTRAINT "notification_deliveries_event";--> statement-breakpoint
ALTER TABLE "notification_deliveries" DROP CONSTRAINT "notification_deliveries_subject";--> statement-breakpoint
ALTER TABLE "notification_channels" ALTER COLUMN "organisation_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "notification_deliveries" ADD COLUMN "alert_id" uuid;--> statement-breakpoint
CREATE UNIQUE INDEX "platform_alerts_open" ON "platform_alerts" USING btree ("part","about") WHERE "platform_alerts"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "platform_alerts_ended" ON "platform_alerts" USING btree ("part","about","ended_at");--> statement-breakpoint
ALTER TABLE "notification_deliveries" ADD CONSTRAINT "notification_deliveries_alert_id_platform_alerts_id_fk" FOREIGN KEY ("alert_id") REFERENCES "public"."platform_alerts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "notification_channels_platform_name" ON "notification_channels" USING btree ("name") WHERE "notification_channels"."organisation_id" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "notification_deliveries_alert_once" ON "notification_deliveries" USING btree ("alert_id","channel_id","event");--> statement-breakpoint
ALTER TABLE "notification_deliveries" ADD CONSTRAINT "notification_deliveries_event" CHECK ("notification_deliveries"."event" in ('failed', 'recovered', 'firing', 'resolved', 'test', 'confirmation'));--> statement-breakpoint
ALTER TABLE "notification_deliveries" ADD CONSTRAINT "notification_deliveries_subject" CHECK (("notification_deliveries"."event" in ('failed', 'recovered')) = ("notification_deliveries"."deployment_id" is not null) and ("notification_deliveries"."deployment_id" is null) = ("notification_deliveries"."environment_id" is null)
        and ("notification_deliveries"."event" in ('firing', 'resolved')) = ("notification_deliveries"."alert_id" is not null));