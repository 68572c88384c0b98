package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/workflows"
)

// mainBranch is what a branch is taken for that nobody names.
const mainBranch = "main"

func (s *service) createDetection(ctx context.Context, input *CreateDetectionInput) (*DetectionOutput, error) {
	ctx, err := s.enterNamed(ctx, input.Body.OrganisationID)
	if err != nil {
		return nil, err
	}

	created, err := s.createOnce(ctx, input.IdempotencyKey, "create-detection", input.Body, func(settle settle) (uuid.UUID, error) {
		request, err := s.detectionRequest(ctx, input)
		if err != nil {
			return uuid.Nil, err
		}

		request.Also = func(ctx context.Context, queries *database.Queries, created uuid.UUID) error {
			if _, err := hold(ctx, queries); err != nil {
				return err
			}

			if err := settle(ctx, queries, created); err != nil {
				return err
			}

			return audit(ctx, queries, AuditEvent{
				Action: "detection.create", SubjectType: "detection", SubjectID: created, Details: map[string]any{"repository": request.RepositoryURL},
			})
		}

		detection, err := s.deployments.Detect(ctx, request)

		return detection.ID, err
	})
	if err != nil {
		return nil, err
	}

	return s.getDetection(ctx, &GetDetectionInput{DetectionID: created})
}

func (s *service) detectionRequest(ctx context.Context, input *CreateDetectionInput) (workflows.DetectionRequest, error) {
	body := input.Body
	request := workflows.DetectionRequest{
		OrganisationID: organisationOf(ctx), CreatedBy: new(callerOf(ctx).userID), RepositoryURL: body.RepositoryURL, Branch: body.Branch,
		RootDirectory: body.RootDirectory, DockerfilePath: body.DockerfilePath, DockerfileTarget: body.DockerfileTarget,
	}

	chosen, err := s.chooseRepository(ctx, body.GitHubRepositoryID, body.RepositoryURL)
	if err != nil {
		return request, err
	}

	if chosen != nil {
		request.RepositoryURL, request.RepositoryID, request.InstallationID = gitURL(chosen.repository), &chosen.repository.ID, &chosen.through.ID
	}

	request.Branch = cmp.Or(request.Branch, chosen.defaultBranch(), mainBranch)

	return request, s.config.checkSource(request.RepositoryURL, request.Branch, request.RootDirectory, request.DockerfilePath)
}

func (s *service) getDetection(ctx context.Context, input *GetDetectionInput) (*DetectionOutput, error) {
	news, cancel := s.listener.Subscribe(database.ChannelDetections, input.DetectionID.String())
	defer cancel()

	var row database.Detection

	_, err := s.waitForChange(ctx, WaitInput{WaitSeconds: input.WaitSeconds}, news, func() (bool, error) {
		var err error

		row, err = s.queries.GetDetectionOf(ctx, input.DetectionID, organisationOf(ctx))
		row, err = found(row, err, "detection")

		return row.State != workflows.DetectionQueued, err
	})
	if err != nil {
		return nil, err
	}

	detection, err := newDetection(row)

	return &DetectionOutput{Body: detection}, err
}

func newDetection(row database.Detection) (Detection, error) {
	detection := Detection{
		ID: row.ID, OrganisationID: row.OrganisationID, State: row.State, RepositoryURL: row.RepositoryURL, Branch: row.Branch,
		RootDirectory: row.RootDirectory, WaitingFor: lo.FromPtr(row.WaitingFor), Commit: lo.FromPtr(row.CommitSHA), Notes: []string{},
		Variables: []WantedVariable{}, CreatedAt: row.CreatedAt, EndedAt: row.EndedAt,
	}

	if row.ErrorMessage != nil {
		detection.Error = &DetectionProblem{Code: lo.FromPtr(row.ErrorCode), Detail: *row.ErrorMessage}
	}

	if row.Result == nil {
		return detection, nil
	}

	var result struct {
		workflows.Detected

		Plan json.RawMessage `json:"plan"`
	}

	if err := json.Unmarshal(row.Result, &result); err != nil {
		return detection, fmt.Errorf("read the result of detection %s: %w", row.ID, err)
	}

	var notes struct {
		Notes       []string `json:"notes"`
		SourceLacks []string `json:"source_lacks"`
	}

	if err := json.Unmarshal(result.Plan, &notes); err != nil {
		return detection, fmt.Errorf("read the plan of detection %s: %w", row.ID, err)
	}

	detection.Problem, detection.CommitMessage = result.Problem, result.Message
	detection.Notes = append(append(detection.Notes, notes.SourceLacks...), notes.Notes...)

	for _, v := range result.Variables {
		detection.Variables = append(detection.Variables, WantedVariable(v))
	}

	if detection.Problem != "" {
		return detection, nil
	}

	var err error
	detection.Plan, err = newBuildPlan(row.ID, result.Plan)

	return detection, err
}
