package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/appfacts"
)

const (
	// pidsLimit bounds the processes and threads of a VM.
	pidsLimit = 1024
	// graceSeconds is how long an app has to end its requests after SIGTERM, where its project does not say.
	graceSeconds = 30
)

// capabilityRelease is the capability of running release commands: only nodes whose agent names it are given release VMs.
const capabilityRelease = "release"

// The desired states that differ between vms.desired_state and a node's assignment.
const (
	desiredRunning  = "running"
	desiredDraining = "draining"
)

// getAssignments answers with everything that the node is to know, for agents of the version before and for whoever asks once.
func (s *service) getAssignments(ctx context.Context, input *AssignmentsInput) (*AssignmentsOutput, error) {
	node, output := callerOf(ctx).nodeID, &AssignmentsOutput{}

	changed, err := s.waitForAssignments(ctx, input.AgentInput, func(current *Assignments) (changed bool, err error) {
		output.Body = current
		output.ETag, err = assignmentsETag(*current)

		return output.ETag != input.IfNoneMatch, err
	})
	if err != nil {
		return nil, err
	}

	if !changed {
		return &AssignmentsOutput{Status: http.StatusNotModified, ETag: output.ETag}, nil
	}

	output.Status = http.StatusOK
	output.Body.VMs, err = s.complete(ctx, node, output.Body.VMs)

	return output, err
}

// waitForAssignments reads what the calling node is to run, without what only complete adds, again and again until isNews returns true or the
// caller's waiting time is over. It returns the last answer of isNews.
func (s *service) waitForAssignments(ctx context.Context, input AgentInput, isNews func(*Assignments) (bool, error)) (bool, error) {
	node := callerOf(ctx).nodeID

	if err := s.assignmentsAreKnown(ctx); err != nil {
		return false, err
	}

	news, cancel := s.listener.Subscribe(database.ChannelNodes, node.String())
	defer cancel()

	// Capabilities that this version does not know are not stored.
	capabilities := lo.Intersect([]string{capabilityRelease}, input.Capabilities)

	if err := s.queries.RecordNodeCapabilities(ctx, capabilities, node); err != nil {
		return false, fmt.Errorf("write what node %s can do: %w", node, err)
	}

	return s.waitForChange(ctx, input.WaitInput, news, func() (bool, error) {
		current, err := s.assignments(ctx, node, capabilities)
		if err != nil {
			return false, err
		}

		return isNews(current)
	})
}

func (s *service) assignments(ctx context.Context, node uuid.UUID, capabilities []string) (*Assignments, error) {
	self, err := s.queries.GetNode(ctx, seenWithin, node)
	if err != nil {
		return nil, fmt.Errorf("read node %s: %w", node, err)
	}

	rows, err := s.queries.ListAssignments(ctx, node, slices.Contains(capabilities, capabilityRelease))
	if err != nil {
		return nil, fmt.Errorf("read the assignments of node %s: %w", node, err)
	}

	ingress, err := s.ingress(ctx)
	if err != nil {
		return nil, err
	}

	sleeping, err := s.queries.ListSleepingImages(ctx, node)
	if err != nil {
		return nil, fmt.Errorf("read the images that node %s keeps: %w", node, err)
	}

	return &Assignments{
		NodeNetwork: NodeNetwork{
			NodeID: node, Ingress: ingress, Prefix: self.Node.Prefix.String(), ClusterRange: s.config.ClusterRange.String(),
			Images: lo.Map(sleeping, func(row database.ListSleepingImagesRow, _ int) string {
				return s.imageReference(row.ProjectID, row.ImageDigest)
			}),
		},
		VMs: lo.Map(rows, func(row database.ListAssignmentsRow, _ int) AssignedVM { return s.assignedVM(row) }),
	}, nil
}

func (s *service) assignedVM(row database.ListAssignmentsRow) AssignedVM {
	return AssignedVM{
		ID: row.ID, DeploymentID: row.DeploymentID, ProjectID: row.ProjectID, Kind: row.Kind, Command: row.Command, Begun: row.Begun,
		DesiredState: assignedState(row.DesiredState),
		Image:        s.imageReference(row.ProjectID, lo.FromPtr(row.ImageDigest)),
		IP:           row.IP.String(), Port: int(row.Port), CPUMillis: int(row.CPUMillis), MemoryBytes: row.MemoryBytes, PIDs: pidsLimit,
		HealthPath: lo.FromPtr(row.HealthPath), Origins: s.config.origins(row.Hostnames), GraceSeconds: int(lo.FromPtrOr(row.GraceSeconds, graceSeconds)),
		Environment: map[string]string{}, Facts: factsOf(row).Variables(),
	}
}

// imageReference is how nodes pull an image.
func (s *service) imageReference(project uuid.UUID, digest string) string {
	return s.config.RegistryHost + "/" + projectRepository(project) + "@" + digest
}

// complete adds to VMs what their node needs once of each: the environment, opened, and how far the log is stored. A VM that is to be stopped needs no
// environment. It leaves out VMs that are not the node's any more.
func (s *service) complete(ctx context.Context, node uuid.UUID, vms []AssignedVM) ([]AssignedVM, error) {
	rows, err := s.queries.ListFirstAssignments(ctx, node, lo.Map(vms, func(vm AssignedVM, _ int) uuid.UUID { return vm.ID }))
	if err != nil {
		return nil, fmt.Errorf("read what node %s needs of new VMs: %w", node, err)
	}

	byID, completed := lo.KeyBy(rows, func(row database.ListFirstAssignmentsRow) uuid.UUID { return row.ID }), make([]AssignedVM, 0, len(rows))

	for _, vm := range vms {
		row, found := byID[vm.ID]
		if !found {
			continue
		}

		vm.LogSequence = row.LogSequence

		if vm.DesiredState == desiredRunning {
			snapshot := keyring.Snapshot{OrganisationID: row.OrganisationID, ProjectID: row.ProjectID, DeploymentID: row.DeploymentID}

			if vm.Environment, err = s.keyring.OpenEnvironment(ctx, s.queries, snapshot, row.EnvironmentSealed); err != nil {
				return nil, err
			}
		}

		completed = append(completed, vm)
	}

	return completed, nil
}

func factsOf(row database.ListAssignmentsRow) appfacts.Deployment {
	return appfacts.Deployment{ID: row.DeploymentID, Commit: lo.FromPtr(row.CommitSHA), Branch: row.Branch, Project: row.Slug}
}

// assignedState returns the desired state that the node is told. A draining VM runs like any other for its node: only edges treat it
// differently.
func assignedState(desired string) string {
	if desired == desiredDraining {
		return desiredRunning
	}

	return desired
}
