package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

// auditFilter is which audit events are listed.
type auditFilter struct {
	everywhere, all bool
	// The flags as they are given.
	actor, subject, since, until string
}

func (a *app) auditCommand() *cobra.Command {
	filter := auditFilter{}
	command := a.organisationFlag(&cobra.Command{
		Use:   "audit",
		Short: "Who has changed what in an organisation, newest first",
		Long: "Who has changed what in an organisation, newest first: users, tokens, nodes, edges, and the platform itself. Operators see\n" +
			"the whole platform's with --everywhere.",
		Example: "  zeitwork audit --since 1d\n  zeitwork audit --actor ada@example.com\n" +
			"  zeitwork audit --everywhere --subject 01a2274c-9ea6-703e-b98d-1566fea9c6c6",
		Args: cobra.NoArgs,
		RunE: a.run(func(ctx context.Context, api *API, _ []string) error { return a.listAudit(ctx, api, filter) }),
	})

	flags := command.Flags()
	flags.StringVar(&filter.actor, "actor", "", "only what this user did, by email address, or this token, node or edge, by id")
	flags.StringVar(&filter.subject, "subject", "", "only what was done to the thing with this id")
	flags.StringVar(&filter.since, "since", "", "only what was done since then: a duration such as 15m or 2d, or a time such as 2026-11-29T10:00:00Z")
	flags.StringVar(&filter.until, "until", "", "only what was done before then")
	flags.BoolVar(&filter.everywhere, "everywhere", false, "of the whole platform, for operators")
	flags.BoolVar(&filter.all, "all", false, "list all of them, and not only the newest 50")
	command.MarkFlagsMutuallyExclusive("everywhere", "organisation")

	return command
}

func (a *app) listAudit(ctx context.Context, api *API, filter auditFilter) error {
	params := client.ListAuditEventsParams{}

	var err error
	if params.Since, err = optionalTime("since", filter.since); err != nil {
		return err
	}

	if params.Until, err = optionalTime("until", filter.until); err != nil {
		return err
	}

	if params.SubjectID, err = optionalID("subject", filter.subject); err != nil {
		return err
	}

	names, list, err := a.auditOf(ctx, api, filter, params)
	if err != nil {
		return err
	}

	listed, more, err := atMost(shortList, filter.all, rows(list))
	if err != nil {
		return err
	}

	err = a.print(items(listed), func(w io.Writer) {
		t := newTable(w, "WHEN", "WHO", "WHAT", "OF", "DETAILS")
		for _, event := range listed {
			t.row(ago(event.CreatedAt), nameOfActor(event, names), string(event.Action), event.SubjectID.String(), detailsOf(event))
		}

		t.flush()
	})
	if err == nil && more {
		a.sayf("There are older ones: --all lists them, too.")
	}

	return err
}

type auditPages = func(cursor *string) ([]client.AuditEvent, *string, error)

// auditOf returns the addresses of the users whose events are listed, by their ids, and the list itself.
func (a *app) auditOf(ctx context.Context, api *API, filter auditFilter, params client.ListAuditEventsParams) (map[uuid.UUID]string, auditPages, error) {
	if filter.everywhere {
		users, err := allUsers(ctx, api)
		if err != nil {
			return nil, nil, err
		}

		names := lo.SliceToMap(users, func(u client.User) (uuid.UUID, string) { return u.ID, u.Email })
		params.ActorID, err = actorNamed(filter.actor, names)

		return names, func(cursor *string) ([]client.AuditEvent, *string, error) {
			page, err := checked(api.ListAllAuditEventsWithResponse(ctx, &client.ListAllAuditEventsParams{
				Cursor: cursor, ActorID: params.ActorID, SubjectID: params.SubjectID, Since: params.Since, Until: params.Until,
			}))
			if err != nil {
				return nil, nil, err
			}

			return page.JSON200.Items, page.JSON200.NextCursor, nil
		}, err
	}

	organisation, members, err := a.members(ctx, api)
	if err != nil {
		return nil, nil, err
	}

	names := lo.SliceToMap(members, func(m client.Member) (uuid.UUID, string) { return m.User.ID, m.User.Email })
	params.ActorID, err = actorNamed(filter.actor, names)

	return names, func(cursor *string) ([]client.AuditEvent, *string, error) {
		params.Cursor = cursor

		page, err := checked(api.ListAuditEventsWithResponse(ctx, organisation.ID, &params))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	}, err
}

// actorNamed returns the id of a user with that address, or the id that was given; nil for none.
func actorNamed(given string, names map[uuid.UUID]string) (*uuid.UUID, error) {
	if given == "" {
		return nil, nil //nolint:nilnil // No flag is no error.
	}

	for id, name := range names {
		if name == given {
			return &id, nil
		}
	}

	id, err := uuid.Parse(given)
	if err != nil {
		return nil, UsageError(fmt.Errorf("--actor: there is no user %q here; give an email address, or an id that the list shows", given))
	}

	return &id, nil
}

func optionalTime(flag, given string) (*time.Time, error) {
	if given == "" {
		return nil, nil //nolint:nilnil // No flag is no error.
	}

	at, err := timeOf(given, time.Now())
	if err != nil {
		return nil, UsageError(fmt.Errorf("--%s: %w", flag, err))
	}

	return &at, nil
}

func optionalID(flag, given string) (*uuid.UUID, error) {
	if given == "" {
		return nil, nil //nolint:nilnil // No flag is no error.
	}

	id, err := uuid.Parse(given)
	if err != nil {
		return nil, UsageError(fmt.Errorf("--%s: %q is no id", flag, given))
	}

	return &id, nil
}

// nameOfActor is who did it, as people know them.
func nameOfActor(event client.AuditEvent, names map[uuid.UUID]string) string {
	id := lo.FromPtr(event.Actor.ID)

	switch name := names[id]; {
	case name != "":
		return name
	case id == uuid.Nil:
		return string(event.Actor.Kind)
	default:
		return string(event.Actor.Kind) + " " + id.String()
	}
}

// detailsOf are the names and ids that belong to a change, in one line.
func detailsOf(event client.AuditEvent) string {
	if len(event.Details) == 0 {
		return ""
	}

	content, err := json.Marshal(event.Details)
	if err != nil {
		return "" // It came from JSON.
	}

	return string(content)
}
