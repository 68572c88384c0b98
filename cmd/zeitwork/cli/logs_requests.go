package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// openRequests finds the deployment or environment whose requests are to be shown, and returns what opens their stream.
func (a *app) openRequests(ctx context.Context, api *API, args []string, options *logOptions) (open, error) {
	parameters := client.StreamRequestsParams{
		Follow: &options.follow, Tail: &options.tail, Path: options.grep, From: options.since, Status: lo.EmptyableToPtr(options.status),
	}

	project, instancesOf, err := a.requestsOf(ctx, api, args, &parameters)
	if err != nil {
		return nil, err
	}

	if parameters.VMID, err = options.vm(ctx, api, instancesOf...); err != nil {
		return nil, err
	}

	return func(ctx context.Context, last *string) (*http.Response, error) {
		parameters.LastEventID = last

		return api.StreamRequests(ctx, project, &parameters)
	}, nil
}

// requestsOf has the parameters choose the requests of a deployment or environment, and returns its project and the deployments that may have instances.
func (a *app) requestsOf(
	ctx context.Context, api *API, args []string, parameters *client.StreamRequestsParams,
) (project uuid.UUID, instancesOf []uuid.UUID, err error) {
	if len(args) == 0 {
		of, environment, err := a.currentEnvironment(ctx, api)
		if err != nil {
			return uuid.Nil, nil, err
		}

		parameters.EnvironmentID = &environment.ID
		if environment.LiveDeploymentID != nil {
			instancesOf = append(instancesOf, *environment.LiveDeploymentID)
		}

		return of.ID, instancesOf, nil
	}

	deployment, err := a.pick(ctx, api, args, anyDeployment, "nothing was deployed yet: run `zeitwork deploy`")
	if err != nil {
		return uuid.Nil, nil, err
	}

	found, err := checked(api.GetDeploymentWithResponse(ctx, deployment))
	if err != nil {
		return uuid.Nil, nil, err
	}

	parameters.DeploymentID = &deployment

	return found.JSON200.ProjectID, []uuid.UUID{deployment}, nil
}

func (a *app) printRequest(event serverEvent) error {
	record := client.RequestRecord{}
	if err := json.Unmarshal(event.Data, &record); err != nil {
		return fmt.Errorf("read a request: %w", err)
	}

	if a.json {
		if err := json.NewEncoder(a.Out).Encode(record); err != nil {
			return fmt.Errorf("write a request: %w", err)
		}

		return nil
	}

	_, err := fmt.Fprintln(a.Out, requestLine(record))

	return err
}

// requestLine is how people see a request, or the sentence that tells of those that are missing.
func requestLine(record client.RequestRecord) string {
	at := record.StartedAt.Local().Format("2006-01-02 15:04:05.000") //nolint:gosmopolitan // For the person who reads.
	if record.Message != nil {
		return at + " " + *record.Message
	}

	answered := "edge"
	if record.VMID != nil {
		answered = instanceName(*record.VMID)
	}

	line := fmt.Sprintf("%s %s %s %d %s %dB %s %s", at, answered, record.Region, value(record.Status), took(value(record.DurationMs)),
		value(record.BytesOut), value(record.Method), value(record.Path))

	if attempts := value(record.Attempts); attempts > 1 {
		line += fmt.Sprintf(" (sent to %d instances)", attempts)
	}

	if value(record.Interrupted) {
		line += " (broke off)"
	}

	return line
}

// took is a duration in milliseconds as people read it.
func took(milliseconds float64) string {
	const exact, tenth = 10 * time.Millisecond, time.Millisecond / 10

	duration := time.Duration(milliseconds * float64(time.Millisecond))

	return duration.Round(lo.Ternary(duration < exact, tenth, time.Millisecond)).String()
}
