package api

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/samber/lo"
)

// getAssignmentChanges answers with what differs from what the node has been told. The node says what that is: a version is made of what a VM's rows say now,
// so that there is nothing for this process to keep, and no change to miss that was committed late.
func (s *service) getAssignmentChanges(ctx context.Context, input *AssignmentChangesInput) (*AssignmentChangesOutput, error) {
	var (
		changes AssignmentChanges
		known   = lo.SliceToMap(input.Body.VMs, func(vm KnownVM) (uuid.UUID, string) { return vm.ID, vm.Version })
	)

	_, err := s.waitForAssignments(ctx, input.AgentInput, func(current *Assignments) (bool, error) {
		found, err := changesOf(*current, known)
		changes = found

		return err == nil && (len(found.VMs) > 0 || len(found.Removed) > 0 || found.NetworkVersion != input.Body.Network), err
	})
	if err != nil {
		return nil, err
	}

	news, told := lo.FilterReject(changes.VMs, func(vm AssignedVM, _ int) bool { return !lo.HasKey(known, vm.ID) })

	if len(news) > 0 {
		if news, err = s.complete(ctx, callerOf(ctx).nodeID, news); err != nil {
			return nil, err
		}
	}

	// Without any it is an empty list still, which slices.Concat would make none of.
	changes.VMs = append(slices.Clone(news), told...)

	return &AssignmentChangesOutput{Body: changes}, nil
}

// changesOf compares what a node is to run with the versions of what it has been told.
func changesOf(current Assignments, known map[uuid.UUID]string) (AssignmentChanges, error) {
	network, err := versionOf(current.NodeNetwork)
	if err != nil {
		return AssignmentChanges{}, err
	}

	changes := AssignmentChanges{NodeNetwork: current.NodeNetwork, NetworkVersion: network, VMs: []AssignedVM{}}
	present := make(map[uuid.UUID]bool, len(current.VMs))

	for _, vm := range current.VMs {
		present[vm.ID] = true

		if vm.Version, err = vm.version(); err != nil {
			return AssignmentChanges{}, err
		}

		if known[vm.ID] != vm.Version {
			changes.VMs = append(changes.VMs, vm)
		}
	}

	changes.Removed = lo.Reject(lo.Keys(known), func(vm uuid.UUID, _ int) bool { return present[vm] })

	return changes, nil
}
