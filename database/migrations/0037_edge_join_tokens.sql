ALTER TABLE "join_tokens" ALTER COLUMN "node_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "join_tokens" ADD COLUMN "edge_id" uuid;--> statement-breakpoint
ALTER TABLE "join_tokens" ADD CONSTRAINT "join_tokens_edge_id_edges_id_fk" FOREIGN KEY ("edge_id") REFERENCES "public"."edges"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "join_tokens_edge" ON "join_tokens" USING btree ("edge_id");--> statement-breakpoint
ALTER TABLE "join_tokens" ADD CONSTRAINT "join_tokens_of" CHECK (num_nonnulls("join_tokens"."node_id", "join_tokens"."edge_id") = 1);