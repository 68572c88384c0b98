package api

import (
	"context"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func (s *service) listUsers(ctx context.Context, input *LongPageInput) (*PageOutput[User], error) {
	asked := PageInput(*input)

	after, err := asked.after()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListUsers(ctx, after, asked.rows())
	if err != nil {
		return nil, err
	}

	return page(asked, rows, newUser, func(u User) uuid.UUID { return u.ID }), nil
}

func (s *service) setOperator(ctx context.Context, input *SetOperatorInput) (*UserOutput, error) {
	output := &UserOutput{}

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		if err := queries.LockOperators(ctx); err != nil {
			return err
		}

		row, err := queries.SetOperator(ctx, input.Body.Operator, input.UserID)
		if row, err = found(row, err, "user"); err != nil {
			return err
		}

		left, err := queries.CountOperators(ctx)
		if err != nil {
			return err
		}

		if left == 0 {
			return problem.New(problem.Conflict, "A platform always has an operator, and this is the last one. Make another user an operator first.")
		}

		output.Body = newUser(row)

		return audit(ctx, queries, userEvent("user.update", row.ID, map[string]any{"operator": row.Operator}))
	})
}

func newUser(row database.User) User {
	return User{Account: newAccount(row), EmailVerified: row.EmailVerifiedAt != nil, Operator: row.Operator, CreatedAt: row.CreatedAt}
}

func newAccount(row database.User) Account {
	return Account{ID: row.ID, Email: row.Email, Name: row.Name, GitHubLogin: lo.FromPtr(row.GithubLogin)}
}

func userEvent(action string, user uuid.UUID, details map[string]any) AuditEvent {
	return AuditEvent{Action: action, SubjectType: "user", SubjectID: user, Details: details}
}
