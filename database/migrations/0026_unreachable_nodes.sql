ALTER TABLE "nodes" ADD COLUMN "unreachable_because" text;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "unreachable_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "nodes" ADD CONSTRAINT "nodes_unreachable" CHECK (("nodes"."unreachable_because" is null) = ("nodes"."unreachable_since" is null));--> statement-breakpoint
CREATE VIEW "public"."node_absence" AS (
  select nodes.id,
    case when least(nodes.last_seen_at, nodes.unreachable_since) is not null and control_plane.answered_at > now() - interval '3 seconds'
      then greatest(least(now() - least(nodes.last_seen_at, nodes.unreachable_since), now() - control_plane.answering_since), interval '0')
      else interval '0'
    end as absent_for
  from nodes left join control_plane on control_plane.id = 1);