package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
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

func (s *service) getAssignments(ctx context.Context, input *AssignmentsInput) (*AssignmentsOutput, error) {
	node := callerOf(ctx).nodeID

	news, cancel := s.listener.Subscribe(database.ChannelNodes, node.String())
	defer cancel()

	// Capabilities that this version does not know are not stored.
	capabilities := lo.Intersect([]string{capabilityRelease}, input.Capabilities)

	if err := s.queries.RecordNodeCapabilities(ctx, capabilities, node); err != nil {
		return nil, fmt.Errorf("write what node %s can do: %w", node, err)
	}

	output := &AssignmentsOutput{}

	changed, err := s.waitForChange(ctx, input.LongPollInput, news, func() (bool, error) {
		assignments, err := s.assignments(ctx, node, capabilities)
		if err != nil {
			return false, err
		}

		output.Body = assignments

		if output.ETag, err = assignmentsETag(*assignments); err != nil {
			return false, err
		}

		return output.ETag != input.IfNoneMatch, nil
	})
	if err != nil {
		return nil, err
	}

	if !changed {
		return &AssignmentsOutput{Status: http.StatusNotModified, ETag: output.ETag}, nil
	}

	output.Status = http.StatusOK

	return output, nil
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

	assignments := &Assignments{
		NodeID: node, Ingress: ingress, Prefix: self.Node.Prefix.String(), ClusterRange: s.config.ClusterRange.String(), VMs: make([]AssignedVM, 0, len(rows)),
	}

	for _, row := range rows {
		vm, err := s.assignedVM(ctx, row)
		if err != nil {
			return nil, err
		}

		assignments.VMs = append(assignments.VMs, vm)
	}

	return assignments, nil
}

func (s *service) assignedVM(ctx context.Context, row database.ListAssignmentsRow) (AssignedVM, error) {
	snapshot := keyring.Snapshot{OrganisationID: row.OrganisationID, ProjectID: row.ProjectID, DeploymentID: row.DeploymentID}

	environment, err := s.keyring.OpenEnvironment(ctx, s.queries, snapshot, row.EnvironmentSealed)
	if err != nil {
		return AssignedVM{}, err
	}

	return AssignedVM{
		ID: row.ID, DeploymentID: row.DeploymentID, ProjectID: row.ProjectID, Kind: row.Kind, Command: row.Command, Begun: row.Begun,
		DesiredState: assignedState(row.DesiredState),
		Image:        s.config.RegistryHost + "/" + projectRepository(row.ProjectID) + "@" + lo.FromPtr(row.ImageDigest),
		IP:           row.IP.String(), Port: int(row.Port), CPUMillis: int(row.CPUMillis), MemoryBytes: row.MemoryBytes, PIDs: pidsLimit,
		HealthPath: lo.FromPtr(row.HealthPath), Origins: s.config.origins(row.Hostnames), GraceSeconds: int(lo.FromPtrOr(row.GraceSeconds, graceSeconds)),
		Environment: environment, Facts: factsOf(row).Variables(), LogSequence: row.LogSequence,
	}, nil
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

// assignmentsETag leaves out what the node itself caused, such as how far its logs are stored: a change of that alone must not wake its
// long-poll.
func assignmentsETag(assignments Assignments) (string, error) {
	assignments.VMs = lo.Map(assignments.VMs, func(vm AssignedVM, _ int) AssignedVM {
		vm.LogSequence, vm.Begun = 0, false

		return vm
	})

	encoded, err := json.Marshal(assignments)
	if err != nil {
		return "", fmt.Errorf("encode assignments: %w", err)
	}

	sum := sha256.Sum256(encoded)

	return `"` + base64.RawURLEncoding.EncodeToString(sum[:]) + `"`, nil
}
