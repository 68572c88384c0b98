package api

import (
	"context"
	"encoding/json"
	"regexp"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func (s *service) updateNode(ctx context.Context, input *UpdateNodeInput) (*NodeOutput, error) {
	output := &NodeOutput{}

	params, err := input.Body.params()
	if err != nil {
		return nil, err
	}

	params.State = input.Body.State

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		row, err := changeNode(ctx, queries, input.NodeID, params)
		if err != nil {
			return err
		}

		output.Body = newNode(row)

		return audit(ctx, queries, nodeEvent("node.update", input.NodeID, input.Body.details()))
	})
}

// changeNode changes what operators decide of a node, and returns the node as it is then.
func changeNode(ctx context.Context, queries *database.Queries, node uuid.UUID, params database.UpdateNodeParams) (database.GetNodeRow, error) {
	params.ID = node

	if _, err := queries.UpdateNode(ctx, params); err != nil {
		return database.GetNodeRow{}, err
	}

	row, err := queries.GetNode(ctx, seenWithin, node)
	if row, err = found(row, err, "node"); err != nil {
		return row, err
	}

	// A small node can be drained and labelled whatever is reserved of it.
	changesMemory := params.MaxMemoryBytes != nil || params.ReservedMemoryBytes != nil
	if most := row.Node.MaxMemoryBytes; changesMemory && most != nil && *most <= row.Node.ReservedMemoryBytes {
		return row, problem.New(problem.Invalid, "Of %d bytes of memory %d would be reserved for the host, which leaves none for VMs: "+
			"raise the one or lower the other.", *most, row.Node.ReservedMemoryBytes)
	}

	return row, nil
}

// labelText is what names and values of labels may be.
var labelText = regexp.MustCompile(`^[A-Za-z0-9._-]{1,63}$`)

func (n NodeSettings) params() (database.UpdateNodeParams, error) {
	params := database.UpdateNodeParams{
		MaxCPUMillis: narrow(n.MaxCPUMillis), MaxMemoryBytes: n.MaxMemoryBytes, ReservedMemoryBytes: n.ReservedMemoryBytes, CPUOvercommit: n.CPUOvercommit,
	}

	if n.Labels == nil {
		return params, nil
	}

	for name, value := range n.Labels {
		if !labelText.MatchString(name) || !labelText.MatchString(value) {
			return params, problem.New(problem.Invalid, "%q is no label: its name and its value are up to 63 letters, digits, dots, hyphens and underscores each.",
				name+"="+value)
		}
	}

	var err error

	params.Labels, err = json.Marshal(n.Labels)

	return params, err
}

// details are what of the node was changed, and to what.
func (u NodeUpdate) details() map[string]any {
	details := map[string]any{}

	note(details, "state", u.State)
	note(details, "max_cpu_millis", u.MaxCPUMillis)
	note(details, "max_memory_bytes", u.MaxMemoryBytes)
	note(details, "reserved_memory_bytes", u.ReservedMemoryBytes)
	note(details, "cpu_overcommit", u.CPUOvercommit)

	if u.Labels != nil {
		details["labels"] = u.Labels
	}

	return details
}

func note[T any](details map[string]any, name string, value *T) {
	if value != nil {
		details[name] = *value
	}
}
