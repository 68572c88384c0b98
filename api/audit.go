package api

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// The keys under which the details of audit events have the name and the slug of their subject.
const (
	detailName = "name"
	detailSlug = "slug"
)

func (s *service) listAuditEvents(ctx context.Context, input *ListAuditEventsInput) (*PageOutput[AuditEvent], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListAuditEvents(ctx, database.ListAuditEventsParams{
		OrganisationID: organisationOf(ctx), Before: before, MaxRows: input.rows(), ActorID: lo.EmptyableToPtr(input.ActorID),
		SubjectID: lo.EmptyableToPtr(input.SubjectID), Since: lo.EmptyableToPtr(input.Since), Until: lo.EmptyableToPtr(input.Until),
		ActorKind: input.ActorKind, SubjectType: input.SubjectType, Actions: input.actions(),
	})
	if err != nil {
		return nil, err
	}

	return auditPage(input.PageInput, lo.Map(rows, func(r database.ListAuditEventsRow, _ int) database.ListAllAuditEventsRow {
		return database.ListAllAuditEventsRow(r)
	}))
}

func (s *service) listAllAuditEvents(ctx context.Context, input *ListAllAuditEventsInput) (*PageOutput[AuditEvent], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListAllAuditEvents(ctx, database.ListAllAuditEventsParams{
		OrganisationID: lo.EmptyableToPtr(input.OrganisationID), Before: before, MaxRows: input.rows(), ActorID: lo.EmptyableToPtr(input.ActorID),
		SubjectID: lo.EmptyableToPtr(input.SubjectID), Since: lo.EmptyableToPtr(input.Since), Until: lo.EmptyableToPtr(input.Until),
		ActorKind: input.ActorKind, SubjectType: input.SubjectType, Actions: input.actions(),
	})
	if err != nil {
		return nil, err
	}

	return auditPage(input.PageInput, rows)
}

// actions are those to which a list is narrowed; none: it is not.
func (f AuditFilterInput) actions() []string {
	if f.Action == "" {
		return []string{}
	}

	return strings.Split(f.Action, ",")
}

func auditPage(input PageInput, rows []database.ListAllAuditEventsRow) (*PageOutput[AuditEvent], error) {
	events, err := lo.MapErr(rows, func(r database.ListAllAuditEventsRow, _ int) (AuditEvent, error) {
		event, err := newAuditEvent(r.AuditEvent)
		event.Actor.Name, event.Actor.Login = r.ActorName, r.ActorLogin

		return event, err
	})
	if err != nil {
		return nil, err
	}

	return page(input, events, func(e AuditEvent) AuditEvent { return e }, func(e AuditEvent) uuid.UUID { return e.ID }), nil
}

func newAuditEvent(row database.AuditEvent) (AuditEvent, error) {
	event := AuditEvent{
		ID: row.ID, OrganisationID: row.OrganisationID, Actor: newActor(row), UserID: row.UserID, TokenID: row.TokenID,
		Action: row.Action, SubjectType: row.SubjectType, SubjectID: row.SubjectID, CreatedAt: row.CreatedAt,
	}

	if err := json.Unmarshal(row.Details, &event.Details); err != nil {
		return event, fmt.Errorf("read the details of audit event %s: %w", row.ID, err)
	}

	return event, nil
}

// newActor is who caused an event. Rows of the version before name a user at the most.
func newActor(row database.AuditEvent) Actor {
	if row.ActorKind != nil {
		return Actor{Kind: *row.ActorKind, ID: row.ActorID}
	}

	if row.UserID != nil {
		return Actor{Kind: database.ActorUser, ID: row.UserID}
	}

	return Actor{Kind: database.ActorPlatform}
}

// actor is how the audit log names a caller.
func (c caller) actor() (kind string, id uuid.UUID) {
	switch c.kind {
	case organisationKind:
		return database.ActorToken, c.tokenID
	case nodeKind:
		return database.ActorNode, c.nodeID
	case edgeKind:
		return database.ActorEdge, c.edgeID
	default:
		return database.ActorUser, c.userID
	}
}

// audit records a change that the caller made, inside the transaction that makes it, for the organisation that the operation is about. Details hold
// names and ids only.
func audit(ctx context.Context, queries *database.Queries, event AuditEvent) error {
	return auditAs(ctx, queries, callerOf(ctx), lo.EmptyableToPtr(organisationOf(ctx)), event)
}

// auditPlatform records a change to an organisation that nobody asked the api for; nil: to the platform, of which only operators read.
func auditPlatform(ctx context.Context, queries *database.Queries, organisation *uuid.UUID, event AuditEvent) error {
	return record(ctx, queries, database.CreateAuditEventParams{OrganisationID: organisation, ActorKind: new(database.ActorPlatform)}, event)
}

// auditAs is audit for those that name the caller and the organisation themselves; nil: only operators read it.
func auditAs(ctx context.Context, queries *database.Queries, who caller, organisation *uuid.UUID, event AuditEvent) error {
	kind, actor := who.actor()

	return record(ctx, queries, database.CreateAuditEventParams{
		OrganisationID: organisation, UserID: lo.EmptyableToPtr(who.userID), ActorKind: &kind, ActorID: &actor, TokenID: lo.EmptyableToPtr(who.tokenID),
	}, event)
}

// record stores an event of the actor that the params name.
func record(ctx context.Context, queries *database.Queries, params database.CreateAuditEventParams, event AuditEvent) error {
	params.ID, params.Action, params.SubjectType, params.SubjectID = id.New(), event.Action, event.SubjectType, event.SubjectID
	params.Details = []byte("{}")

	if event.Details != nil {
		var err error
		if params.Details, err = json.Marshal(event.Details); err != nil {
			return fmt.Errorf("write the details of an audit event: %w", err)
		}
	}

	return queries.CreateAuditEvent(ctx, params)
}
