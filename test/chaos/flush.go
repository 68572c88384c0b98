package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/nftables"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/test/rig"
)

// rulesPrefix is how the names of the agent's tables begin.
const rulesPrefix = "zeitwork-"

// flush is how another program removes the rules of the agent.
type flush struct {
	// alone says that it removes the agent's tables and nothing else.
	alone bool
	// closes is for how long it refuses all forwarded packets behind that, as ufw does when it reloads.
	closes time.Duration
}

func flushes() []flush {
	return []flush{{}, {alone: true}, {closes: 500 * time.Millisecond}} //nolint:mnd // Half a second.
}

// foreign is the table of another program.
func foreign() *nftables.Table {
	return &nftables.Table{Name: "reloaded", Family: nftables.TableFamilyINet}
}

// flushRules does what another program does in a node's network namespace.
func flushRules(ctx context.Context, namespace string, f flush) error {
	err := inNftables(namespace, func(connection *nftables.Conn) error {
		tables, err := connection.ListTables()
		if err != nil {
			return fmt.Errorf("list the tables: %w", err)
		}

		for _, table := range tables {
			if !f.alone || strings.HasPrefix(table.Name, rulesPrefix) {
				connection.DelTable(table)
			}
		}

		if f.closes > 0 {
			connection.AddChain(&nftables.Chain{
				Name: "forward", Table: connection.AddTable(foreign()), Type: nftables.ChainTypeFilter, Hooknum: nftables.ChainHookForward,
				Priority: nftables.ChainPriorityFilter, Policy: lo.ToPtr(nftables.ChainPolicyDrop),
			})
		}

		return nil
	})
	if err != nil || f.closes == 0 {
		return err
	}

	err = rig.Sleep(ctx, f.closes)

	return errors.Join(err, inNftables(namespace, func(connection *nftables.Conn) error {
		connection.DelTable(foreign())

		return nil
	}))
}

// inNftables makes changes in a network namespace, all of them at once.
func inNftables(namespace string, change func(*nftables.Conn) error) error {
	return netnamespace.Do(namespace, func() error {
		connection, err := nftables.New()
		if err != nil {
			return fmt.Errorf("reach nftables: %w", err)
		}

		if err := change(connection); err != nil {
			return err
		}

		if err := connection.Flush(); err != nil {
			return fmt.Errorf("change the rules of %s: %w", namespace, err)
		}

		return nil
	})
}

// rulesStand tells whether the agent's rules are in a network namespace.
func rulesStand(namespace string) (stand bool, err error) {
	err = netnamespace.Do(namespace, func() error {
		connection, err := nftables.New()
		if err != nil {
			return fmt.Errorf("reach nftables: %w", err)
		}

		chains, err := connection.ListChainsOfTableFamily(nftables.TableFamilyINet)
		if err != nil {
			return fmt.Errorf("list the chains of %s: %w", namespace, err)
		}

		stand = lo.ContainsBy(chains, func(c *nftables.Chain) bool {
			return strings.HasPrefix(c.Table.Name, rulesPrefix) && c.Name == "masquerade"
		})

		return nil
	})

	return stand, err
}
