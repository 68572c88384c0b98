package packetfilter

import (
	"errors"
	"fmt"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Table is an nftables table for IPv4 and IPv6 as it is to be, with all that is in it.
type Table struct {
	Name   string
	Sets   []Set
	Chains []Chain
}

// Chain is a chain of a Table, at a hook of the kernel, with its rules in their order.
type Chain struct {
	Name     string
	Type     nftables.ChainType
	Hook     *nftables.ChainHook
	Priority *nftables.ChainPriority
	Rules    []Part
}

// Rule is the rule that the parts make.
func Rule(parts ...Part) Part {
	var rule Part
	for _, part := range parts {
		rule = append(rule, part...)
	}

	return rule
}

// Assert makes the kernel's table what t says, and tells whether it was anything else: gone, turned off, or with other chains, rules or sets. Elements of
// sets are changed in place. All else replaces the table in one transaction, so that there is no moment without it. What cannot be read, as when somebody
// else removes it at that moment, is replaced as well: Assert fails only where the table cannot be put in place.
func (t Table) Assert() (changed bool, err error) {
	connection, err := nftables.New(nftables.AsLasting())
	if err != nil {
		return false, fmt.Errorf("reach nftables: %w", err)
	}

	defer func() { err = errors.Join(err, connection.CloseLasting()) }()

	stands, err := t.stands(connection)
	if err != nil {
		return true, t.replaceUnread(err)
	}

	if !stands {
		return true, t.replace(connection)
	}

	for _, set := range t.Sets {
		missing, surplus, err := set.difference(connection, t.kernel())
		if err != nil {
			return true, t.replaceUnread(err)
		}

		if len(missing)+len(surplus) == 0 {
			continue
		}

		if set.Interval {
			return true, t.replace(connection)
		}

		changed = true

		if err := set.correct(connection, t.kernel(), missing, surplus); err != nil {
			return true, err
		}
	}

	// Somebody else may have changed the same elements meanwhile, or removed the set.
	if connection.Flush() != nil {
		return true, t.replace(connection)
	}

	return changed, nil
}

// Remove removes the table, if there is one.
func (t Table) Remove() error {
	connection, err := nftables.New()
	if err != nil {
		return fmt.Errorf("reach nftables: %w", err)
	}

	connection.DelTable(t.kernel())

	if err := connection.Flush(); err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("remove the table %s: %w", t.Name, err)
	}

	return nil
}

func (t Table) kernel() *nftables.Table {
	return &nftables.Table{Name: t.Name, Family: nftables.TableFamilyINet}
}

// replaceUnread replaces a table that could not be read, on a connection on which nothing is left of that.
func (t Table) replaceUnread(unread error) error {
	connection, err := nftables.New()
	if err == nil {
		err = t.replace(connection)
	}

	if err != nil {
		return fmt.Errorf("replace the table %s, which could not be read: %w", t.Name, errors.Join(err, unread))
	}

	return nil
}

// replace puts the table in the place of whatever has its name. Adding a table that is there is no error, deleting one that is not there is.
func (t Table) replace(connection *nftables.Conn) error {
	table := t.kernel()
	connection.AddTable(table)
	connection.DelTable(table)
	connection.AddTable(table)

	for _, set := range t.Sets {
		if err := set.add(connection, table); err != nil {
			return err
		}
	}

	for _, chain := range t.Chains {
		added := connection.AddChain(chain.kernel(table))
		for _, rule := range chain.Rules {
			AddRule(connection, added, rule)
		}
	}

	if err := connection.Flush(); err != nil {
		return fmt.Errorf("install the table %s: %w", t.Name, err)
	}

	return nil
}

func (c Chain) kernel(table *nftables.Table) *nftables.Chain {
	return &nftables.Chain{
		Name: c.Name, Table: table, Type: c.Type, Hooknum: c.Hook, Priority: c.Priority, Policy: new(nftables.ChainPolicyAccept),
	}
}

// AddRule adds the rule that the parts make to the end of the chain. It takes effect with the connection's Flush.
func AddRule(connection *nftables.Conn, chain *nftables.Chain, parts ...Part) {
	connection.AddRule(&nftables.Rule{Table: chain.Table, Chain: chain, Exprs: []expr.Any(Rule(parts...))})
}
