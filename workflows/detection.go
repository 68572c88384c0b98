package workflows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/wanted"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// The states of a detection, as they stand in detections.state.
const (
	DetectionQueued    = "queued"
	DetectionSucceeded = "succeeded"
	DetectionFailed    = "failed"
)

const (
	// maxDetections bounds the detections of an organisation that are under way.
	maxDetections = 3
	// detectionDeadline is for how long a detection is tried.
	detectionDeadline = 5 * time.Minute
	// keepDetections is how long what was detected is kept.
	keepDetections = 24 * time.Hour
)

// DetectionRequest asks what detection says of a repository.
type DetectionRequest struct {
	OrganisationID uuid.UUID
	// CreatedBy is the user who asked.
	CreatedBy     *uuid.UUID
	RepositoryURL string
	// RepositoryID is GitHub's id of the repository, and InstallationID the row of the installation that has it. Nil: RepositoryURL is fetched as it is.
	RepositoryID   *int64
	InstallationID *uuid.UUID

	Branch, RootDirectory, DockerfilePath, DockerfileTarget string
	// Also may be nil.
	Also Also
}

// Detected is what detection says of a repository, as it is kept in detections.result.
type Detected struct {
	Plan buildplan.Plan `json:"plan"`
	// Problem is why there is no plan, as a sentence; empty where there is one.
	Problem   string            `json:"problem,omitempty"`
	Variables []wanted.Variable `json:"variables"`
	// Message is that of the commit.
	Message string `json:"message"`
}

// Detect has a worker find out what detection says of a repository. An organisation that has as many detections under way as it may is a problem.
func (d *Deployments) Detect(ctx context.Context, request DetectionRequest) (created database.Detection, err error) {
	err = database.InTx(ctx, d.pool, func(tx pgx.Tx, queries *database.Queries) error {
		// Those who ask at once are counted one after the other.
		if err := queries.LockDetections(ctx, request.OrganisationID); err != nil {
			return fmt.Errorf("lock the detections of an organisation: %w", err)
		}

		underWay, err := queries.CountDetections(ctx, request.OrganisationID, detectionDeadline)
		if err != nil {
			return fmt.Errorf("count the detections of an organisation: %w", err)
		}

		if underWay >= maxDetections {
			return problem.New(problem.Conflict, "%d repositories of your organisation are being looked at already. Wait until one of them is done.", underWay)
		}

		created, err = queries.CreateDetection(ctx, database.CreateDetectionParams{
			ID: id.New(), OrganisationID: request.OrganisationID, CreatedBy: request.CreatedBy, RepositoryURL: request.RepositoryURL,
			RepositoryID: request.RepositoryID, InstallationID: request.InstallationID, Branch: request.Branch, RootDirectory: request.RootDirectory,
			DockerfilePath: request.DockerfilePath, DockerfileTarget: request.DockerfileTarget,
		})
		if err != nil {
			return fmt.Errorf("insert a detection: %w", err)
		}

		if request.Also != nil {
			if err := request.Also(ctx, queries, created.ID); err != nil {
				return err
			}
		}

		return insertJob(ctx, d.inserter, tx, kindDetectRepository, arguments{DetectionID: created.ID})
	})

	return created, err
}

// detectRepository fetches a repository and keeps what detection says of it.
func (w *Worker) detectRepository(ctx context.Context, job *river.Job[arguments]) error {
	queries := database.New(w.pool)

	row, err := queries.GetDetection(ctx, job.Args.DetectionID)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && row.Detection.State != DetectionQueued {
		return nil
	}

	if err != nil {
		return fmt.Errorf("read the detection: %w", err)
	}

	commit, detected, err := w.inspect(ctx, row)

	switch {
	case err == nil:
		encoded, err := json.Marshal(detected)
		if err != nil {
			return fmt.Errorf("encode what was detected: %w", err)
		}

		return w.endDetection(ctx, database.EndDetectionParams{
			ID: row.Detection.ID, State: DetectionSucceeded, CommitSHA: &commit, Result: encoded,
		})
	case isInterrupted(ctx, err):
		return err
	case problem.IsUsers(err) || time.Since(row.Detection.CreatedAt) > detectionDeadline:
		return w.endDetection(ctx, database.EndDetectionParams{
			ID: row.Detection.ID, State: DetectionFailed, ErrorCode: new(string(problem.CodeOf(err))), ErrorMessage: new(storable(problem.MessageOf(err))),
		})
	}

	message := storable(problem.MessageOf(err))
	w.logger.WarnContext(ctx, "could not detect a repository", slog.String("detection_id", row.Detection.ID.String()), logging.Error(err))

	waitingFor := waitingSentence(message, backoff(attemptOf(job)))
	if err := queries.SetDetectionWaiting(ctx, &waitingFor, row.Detection.ID); err != nil {
		return fmt.Errorf("write what the detection waits for: %w", err)
	}

	// River keeps this text with the job.
	return errors.New(message)
}

// endDetection ends a detection also where ctx has ended, and wakes those who wait for it.
func (w *Worker) endDetection(ctx context.Context, end database.EndDetectionParams) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()

	return database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		if err := queries.EndDetection(ctx, end); err != nil {
			return fmt.Errorf("end the detection: %w", err)
		}

		return queries.Notify(ctx, database.ChannelDetections, end.ID.String())
	})
}

// inspect fetches the repository of a detection and looks at it. That nothing can be built from it is a result and no error.
func (w *Worker) inspect(ctx context.Context, row database.GetDetectionRow) (commit string, detected Detected, err error) {
	asked := row.Detection
	request := activities.CloneRequest{RepositoryURL: asked.RepositoryURL, Branch: asked.Branch}

	var from *githubSource

	if asked.RepositoryID != nil {
		if !row.IsTied || row.GithubInstallationID == nil {
			return "", Detected{}, problem.New(problem.NotFound, "The account of this repository is not connected to the organisation any more.")
		}

		from = &githubSource{row: *asked.InstallationID, installation: *row.GithubInstallationID, repository: *asked.RepositoryID, name: asked.RepositoryURL}
		if request, err = w.cloneFromGitHub(ctx, *from, request); err != nil {
			return "", Detected{}, err
		}
	}

	result, err := w.source.Inspect(ctx, request, func(directory string) error {
		var err error
		detected, err = w.look(ctx, directory, asked)

		return err
	})
	if err != nil && from != nil {
		err = w.explainRefusal(ctx, *from, err)
	}

	if err != nil {
		return "", Detected{}, err
	}

	detected.Message = storable(result.Message)
	detected.Plan.SourceLacks = result.Missing

	return result.Commit, detected, nil
}

// look decides how the tree in a directory would be built.
func (w *Worker) look(ctx context.Context, directory string, asked database.Detection) (detected Detected, err error) {
	if detected.Variables, err = wanted.Variables(directory, asked.RootDirectory); err != nil {
		return detected, err
	}

	// The variables of a project that there is not yet are not known.
	detected.Plan, err = w.builder.Plan(ctx, directory, buildplan.Settings{
		RootDirectory: asked.RootDirectory, DockerfilePath: asked.DockerfilePath, DockerfileTarget: asked.DockerfileTarget, BaseImages: w.config.BaseImages,
	})
	if problem.IsUsers(err) {
		detected.Problem = storable(problem.MessageOf(err))

		return detected, nil
	}

	// What the Dockerfile mounts as secrets has to be set before anything is built.
	for _, name := range detected.Plan.Secrets {
		if !slices.ContainsFunc(detected.Variables, func(v wanted.Variable) bool { return v.Name == name }) {
			detected.Variables = append(detected.Variables, wanted.Variable{Name: name, File: lo.CoalesceOrEmpty(detected.Plan.DockerfilePath, "Dockerfile")})
		}
	}

	return detected, err
}
