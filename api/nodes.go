package api

import (
	"context"
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// nodePrefixBits is the length of each node's prefix in the cluster's range: a /24 holds 254 VMs.
const nodePrefixBits = 24

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
	output, token := &NewNodeOutput{}, secret.NewToken(nodePrefix)
	output.Body.Token = token

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		node, err := insertNode(ctx, queries, s.config.ClusterRange, input.Body.Name, input.Body.Region)
		if err != nil {
			return taken(err, problem.New(problem.Conflict, "There is a node named %s already.", input.Body.Name))
		}

		shown, err := changeNode(ctx, queries, node.ID, input.Body.params())
		if err != nil {
			return err
		}

		if _, err := queries.CreateToken(ctx, database.CreateTokenParams{
			ID: id.New(), Kind: nodeKind, Name: node.Name, TokenHash: secret.HashToken(token), NodeID: &node.ID,
		}); err != nil {
			return err
		}

		output.Body.Node = newNode(shown)

		return audit(ctx, queries, nodeEvent("node.create", node.ID, map[string]any{detailName: node.Name}))
	})
}

// insertNode makes a node with the lowest free prefix of the cluster's range.
func insertNode(ctx context.Context, queries *database.Queries, cluster netip.Prefix, name, region string) (database.Node, error) {
	if err := queries.LockNodePrefixes(ctx); err != nil {
		return database.Node{}, err
	}

	used, err := queries.ListNodePrefixes(ctx)
	if err != nil {
		return database.Node{}, err
	}

	prefix, err := freePrefix(cluster, used)
	if err != nil {
		return database.Node{}, err
	}

	return queries.CreateNode(ctx, database.CreateNodeParams{ID: id.New(), Name: name, Region: region, Prefix: prefix})
}

// freePrefix returns the lowest prefix in the cluster's range that overlaps none in use. The first of several is never given away: its
// addresses look like those of networks.
func freePrefix(cluster netip.Prefix, used []netip.Prefix) (netip.Prefix, error) {
	const addressBits = 32

	if !cluster.Addr().Is4() || cluster.Bits() > nodePrefixBits {
		return netip.Prefix{}, errors.New("ZEITWORK_CLUSTER_RANGE must be an IPv4 range of at least a /24")
	}

	octets := cluster.Masked().Addr().As4()
	start, parts := binary.BigEndian.Uint32(octets[:]), uint32(1)<<(nodePrefixBits-cluster.Bits())

	for part := min(1, parts-1); part < parts; part++ {
		binary.BigEndian.PutUint32(octets[:], start+part<<(addressBits-nodePrefixBits))

		prefix := netip.PrefixFrom(netip.AddrFrom4(octets), nodePrefixBits)
		if !slices.ContainsFunc(used, prefix.Overlaps) {
			return prefix, nil
		}
	}

	return netip.Prefix{}, problem.New(problem.Conflict, "All addresses of the cluster range %s belong to nodes, or to nodes that were deleted a moment ago "+
		"and may still get requests from an edge. Try again in a minute, delete edges that are gone for good, delete a node, or enlarge the range.", cluster)
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
		ID: row.ID, Name: row.Name, Region: row.Region, Prefix: row.Prefix.String(), State: row.State, InTouch: found.InTouch,
		Runtime: row.Runtime, Version: row.Version, Capabilities: row.Capabilities, Kernel: lo.FromPtr(row.Kernel),
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
