package api

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// nodeGoneAfter is how long a node must be silent before it can be deleted although it never reported its VMs as removed.
const nodeGoneAfter = 5 * time.Minute

// seenWithin is how long ago a node, an edge or a worker may have been heard of that counts as in touch: placement and routing hold it so, too.
const seenWithin = 15 * time.Second

func (s *service) listNodes(ctx context.Context, input *LongPageInput) (*PageOutput[Node], error) {
	asked := PageInput(*input)

	after, err := asked.after()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListNodes(ctx, seenWithin, after, asked.rows())
	if err != nil {
		return nil, err
	}

	return page(asked, rows,
		func(r database.ListNodesRow) Node { return newNode(database.GetNodeRow(r)) },
		func(n Node) uuid.UUID { return n.ID }), nil
}

func (s *service) createNode(ctx context.Context, input *CreateNodeInput) (*NewNodeOutput, error) {
	output := &NewNodeOutput{}

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		node, err := insertNode(ctx, queries, s.config.ClusterRange, input.Body.PrefixLength, input.Body.Name, input.Body.Region)
		if err != nil {
			return taken(err, problem.New(problem.Conflict, "There is a node named %s already.", input.Body.Name))
		}

		params, err := input.Body.params()
		if err != nil {
			return err
		}

		shown, err := changeNode(ctx, queries, node.ID, params)
		if err != nil {
			return err
		}

		output.Body.Node = newNode(shown)

		if err := audit(ctx, queries, nodeEvent("node.create", node.ID, map[string]any{detailName: node.Name})); err != nil {
			return err
		}

		output.Body.Token, err = firstToken(ctx, queries, nodeMachine(node.ID), node.Name, input.Body.OneTime)

		return err
	})
}

func (s *service) deleteNode(ctx context.Context, input *NodePath) (*struct{}, error) {
	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		// The lock keeps placement from putting a VM on the node meanwhile.
		if err := queries.LockPlacement(ctx); err != nil {
			return err
		}

		node, err := queries.LockNode(ctx, input.NodeID)
		if errors.Is(err, pgx.ErrNoRows) {
			return problem.New(problem.NotFound, "There is no such node.")
		}

		if err != nil {
			return err
		}

		present, err := queries.CountNodeVMs(ctx, input.NodeID, nodeGoneAfter)
		if err != nil {
			return err
		}

		if present > 0 {
			return problem.New(problem.Conflict, "The node still has VMs (%d). Drain it and redeploy what runs on it first.", present)
		}

		if err := queries.DeleteNodeVMs(ctx, input.NodeID); err != nil {
			return err
		}

		if _, err := queries.DeleteNode(ctx, input.NodeID); err != nil {
			return err
		}

		if err := queries.RestPrefix(ctx, node.Prefix); err != nil {
			return err
		}

		return audit(ctx, queries, nodeEvent("node.delete", input.NodeID, nil))
	})
}

func newNode(found database.GetNodeRow) Node {
	row := found.Node

	return Node{
		ID: row.ID, Name: row.Name, Region: row.Region, Prefix: row.Prefix.String(), State: row.State, Labels: row.LabelsOf(),
		InTouch: found.InTouch, Unreachable: lo.FromPtr(row.UnreachableBecause), Bound: found.Bound,
		Runtime: row.Runtime, Version: row.Version, Capabilities: row.Capabilities, Kernel: lo.FromPtr(row.Kernel),
		OS: lo.FromPtr(row.OS), Containerd: lo.FromPtr(row.Containerd), BootID: lo.FromPtr(row.BootID),
		CPUMillis: int(row.CPUMillis), MemoryBytes: row.MemoryBytes, DiskBytes: row.DiskBytes, DiskFreeBytes: row.DiskFreeBytes, VMs: int(found.VMCount),
		MaxCPUMillis: widen(row.MaxCPUMillis), MaxMemoryBytes: row.MaxMemoryBytes, ReservedMemoryBytes: row.ReservedMemoryBytes,
		CPUOvercommit: row.CPUOvercommit, VMOverhead: row.VMOverhead(),
		CPUShares: int(row.CPUShares()), CPUHeld: int(found.CPUMillisHeld),
		MemoryShare: row.MemoryForVMs(), MemoryHeld: found.MemoryBytesHeld + found.HoldingCount*row.VMOverhead(),
		AgentStartedAt: row.AgentStartedAt, LastSeenAt: row.LastSeenAt, CreatedAt: row.CreatedAt,
	}
}

func nodeEvent(action string, node uuid.UUID, details map[string]any) AuditEvent {
	return AuditEvent{Action: action, SubjectType: "node", SubjectID: node, Details: details}
}
