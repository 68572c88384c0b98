package nodeagent

import (
	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// assignments is what the node has been told to run. Its zero value is that of an agent that starts: it has been told nothing.
type assignments struct {
	client.Assignments // VMS is filled by whole.

	// networkVersion is of all but the VMs; empty where an API of the version before told, which names no versions.
	networkVersion string
	vms            map[uuid.UUID]client.AssignedVM
}

// known says to the API what the node has been told. A VM without a version is told of again.
func (a assignments) known() client.KnownAssignments {
	return client.KnownAssignments{
		NetworkVersion: lo.EmptyableToPtr(a.networkVersion),
		VMS: lo.MapToSlice(a.vms, func(id uuid.UUID, vm client.AssignedVM) client.KnownVM {
			return client.KnownVM{ID: id, Version: lo.FromPtr(vm.Version)}
		}),
	}
}

// with returns the assignments after the changes, and whether there are any. A VM of which the node has been told keeps its environment, which is
// sent only once.
func (a assignments) with(changes client.AssignmentChanges) (assignments, bool) {
	after := assignments{
		Assignments: client.Assignments{
			NodeID: changes.NodeID, Prefix: changes.Prefix, ClusterRange: changes.ClusterRange, Ingress: changes.Ingress, Images: changes.Images,
		},
		networkVersion: changes.NetworkVersion,
		vms:            lo.OmitByKeys(a.vms, changes.Removed),
	}

	for _, vm := range changes.VMS {
		if told, ok := a.vms[vm.ID]; ok {
			vm.Environment = told.Environment
		}

		after.vms[vm.ID] = vm
	}

	return after, len(changes.VMS) > 0 || len(changes.Removed) > 0 || a.networkVersion != changes.NetworkVersion
}

// assignmentsFrom returns the assignments that a whole list says.
func assignmentsFrom(list client.Assignments) assignments {
	return assignments{Assignments: list, vms: lo.KeyBy(list.VMS, func(vm client.AssignedVM) uuid.UUID { return vm.ID })}
}

// whole returns the assignments as one list.
func (a assignments) whole() client.Assignments {
	list := a.Assignments
	list.VMS = lo.Values(a.vms)

	return list
}
