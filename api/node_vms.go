package api

import (
	"context"
	"net/netip"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

func (s *service) getNode(ctx context.Context, input *NodePath) (*NodeOutput, error) {
	row, err := s.queries.GetNode(ctx, seenWithin, input.NodeID)
	if row, err = found(row, err, "node"); err != nil {
		return nil, err
	}

	return &NodeOutput{Body: newNode(row)}, nil
}

func (s *service) listNodeVMs(ctx context.Context, input *ListNodeVMsInput) (*PageOutput[NodeVM], error) {
	asked := PageInput(input.LongPageInput)

	after, err := asked.after()
	if err != nil {
		return nil, err
	}

	if _, err := s.getNode(ctx, &input.NodePath); err != nil {
		return nil, err
	}

	rows, err := s.queries.ListNodeVMs(ctx, input.NodeID, after, asked.rows())
	if err != nil {
		return nil, err
	}

	return page(asked, rows, newNodeVM, func(vm NodeVM) uuid.UUID { return vm.ID }), nil
}

func newNodeVM(row database.ListNodeVMsRow) NodeVM {
	vm := row.VM

	address := vm.IP.String()
	if vm.Port != 0 {
		address = netip.AddrPortFrom(vm.IP, uint16(vm.Port)).String() //nolint:gosec // A port.
	}

	out := NodeVM{
		ID: vm.ID, Kind: vm.Kind, State: vm.State, DesiredState: vm.DesiredState, Message: lo.FromPtr(vm.Message), Restarts: int(vm.Restarts),
		Address: address, CPUMillis: int(vm.CPUMillis), MemoryBytes: vm.MemoryBytes, DeploymentID: vm.DeploymentID,
		DeploymentState: row.DeploymentState, Branch: row.Branch, EnvironmentID: row.EnvironmentID, EnvironmentKind: row.EnvironmentKind,
		Project: Owner{ID: row.ProjectID, Slug: row.ProjectSlug}, Organisation: Owner{ID: row.OrganisationID, Slug: row.OrganisationSlug},
		StartedAt: vm.StartedAt, HealthyAt: vm.HealthyAt, CreatedAt: vm.CreatedAt,
		ReplacementNode: row.ReplacementNode, ReplacementState: row.ReplacementState,
	}

	if vm.ExitCode != nil {
		out.ExitCode = new(int(*vm.ExitCode))
	}

	return out
}
