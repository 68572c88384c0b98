-- The index domains_answering of the migration before is there by now. It is built behind that migration where the database is in use, and until then this one
-- keeps two projects from having one hostname.
DROP INDEX "domains_hostname";--> statement-breakpoint
CREATE TABLE "backups" (
	"target" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"snapshot_at" timestamp with time zone NOT NULL,
	"made_at" timestamp with time zone DEFAULT now() NOT NULL,
	"bytes" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "join_tokens" ALTER COLUMN "node_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "edges" ADD COLUMN "clock_ahead_ms" integer;--> statement-breakpoint
ALTER TABLE "join_tokens" ADD COLUMN "edge_id" uuid;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "clock_ahead_ms" integer;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "clock_ahead_ms" integer;--> statement-breakpoint
ALTER TABLE "join_tokens" ADD CONSTRAINT "join_tokens_edge_id_edges_id_fk" FOREIGN KEY ("edge_id") REFERENCES "public"."edges"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "join_tokens_edge" ON "join_tokens" USING btree ("edge_id");--> statement-breakpoint
ALTER TABLE "join_tokens" ADD CONSTRAINT "join_tokens_of" CHECK (num_nonnulls("join_tokens"."node_id", "join_tokens"."edge_id") = 1);