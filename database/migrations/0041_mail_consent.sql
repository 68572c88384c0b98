CREATE TABLE "notification_confirmations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organisation_id" uuid NOT NULL,
	"channel_id" uuid,
	"address" text NOT NULL,
	"token_hash" "bytea",
	"ends_at" timestamp with time zone,
	"used_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "notification_confirmations_token_hash_unique" UNIQUE("token_hash"),
	CONSTRAINT "notification_confirmations_ends" CHECK (("notification_confirmations"."token_hash" is null) = ("notification_confirmations"."ends_at" is null))
);
--> statement-breakpoint
CREATE TABLE "stopped_addresses" (
	"organisation_id" uuid NOT NULL,
	"address" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "stopped_addresses_organisation_id_address_pk" PRIMARY KEY("organisation_id","address")
);
--> statement-breakpoint
ALTER TABLE "notification_deliveries" DROP CONSTRAINT "notification_deliveries_event";--> statement-breakpoint
ALTER TABLE "notification_deliveries" DROP CONSTRAINT "notification_deliveries_subject";--> statement-breakpoint
ALTER TABLE "notification_channels" ADD COLUMN "unconfirmed_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "notification_channels" ADD COLUMN "stopped_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "notification_confirmations" ADD CONSTRAINT "notification_confirmations_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_confirmations" ADD CONSTRAINT "notification_confirmations_channel_id_notification_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "public"."notification_channels"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stopped_addresses" ADD CONSTRAINT "stopped_addresses_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "notification_confirmations_organisation" ON "notification_confirmations" USING btree ("organisation_id","id");--> statement-breakpoint
CREATE INDEX "notification_confirmations_channel" ON "notification_confirmations" USING btree ("channel_id");--> statement-breakpoint
CREATE INDEX "notification_confirmations_address" ON "notification_confirmations" USING btree (lower("address"),"id");--> statement-breakpoint
ALTER TABLE "notification_channels" ADD CONSTRAINT "notification_channels_unconfirmed" CHECK ("notification_channels"."unconfirmed_since" is null or "notification_channels"."kind" = 'email');--> statement-breakpoint
ALTER TABLE "notification_channels" ADD CONSTRAINT "notification_channels_stopped" CHECK ("notification_channels"."stopped_at" is null or "notification_channels"."unconfirmed_since" is not null);--> statement-breakpoint
ALTER TABLE "notification_deliveries" ADD CONSTRAINT "notification_deliveries_event" CHECK ("notification_deliveries"."event" in ('failed', 'recovered', 'test', 'confirmation'));--> statement-breakpoint
ALTER TABLE "notification_deliveries" ADD CONSTRAINT "notification_deliveries_subject" CHECK (("notification_deliveries"."event" in ('test', 'confirmation')) = ("notification_deliveries"."deployment_id" is null) and ("notification_deliveries"."deployment_id" is null) = ("notification_deliveries"."environment_id" is null));