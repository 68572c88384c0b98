CREATE TABLE "control_plane" (
	"id" integer PRIMARY KEY NOT NULL,
	"answering_since" timestamp with time zone NOT NULL,
	"answered_at" timestamp with time zone NOT NULL,
	CONSTRAINT "control_plane_one_row" CHECK ("control_plane"."id" = 1)
);
--> statement-breakpoint
ALTER TABLE "vms" DROP CONSTRAINT "vms_desired_state";--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "warm_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "images" ADD COLUMN "collected_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "vms" ADD COLUMN "replaces_id" uuid;--> statement-breakpoint
ALTER TABLE "vms" ADD CONSTRAINT "vms_replaces_id_vms_id_fk" FOREIGN KEY ("replaces_id") REFERENCES "public"."vms"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "vms_replaces" ON "vms" USING btree ("replaces_id");--> statement-breakpoint
ALTER TABLE "vms" ADD CONSTRAINT "vms_desired_state" CHECK ("vms"."desired_state" in ('running', 'draining', 'stopped'));