CREATE TABLE "backups" (
	"target" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"snapshot_at" timestamp with time zone NOT NULL,
	"made_at" timestamp with time zone DEFAULT now() NOT NULL,
	"bytes" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "edges" ADD COLUMN "clock_ahead_ms" integer;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "clock_ahead_ms" integer;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "clock_ahead_ms" integer;