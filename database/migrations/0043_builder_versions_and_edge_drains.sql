ALTER TABLE "edges" ADD COLUMN "state" text DEFAULT 'ready' NOT NULL;--> statement-breakpoint
ALTER TABLE "edges" ADD COLUMN "drains" boolean;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "builders" jsonb;