package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/test/rig"
)

// rareTime bounds what a rare disturbance waits for: a node is lost after a minute, and its VMs have to be started elsewhere.
const rareTime = 4 * time.Minute

// disturbRarely does what kills nothing and takes long.
func (h *harness) disturbRarely(ctx context.Context, d disturbance) error {
	ctx, cancel := context.WithTimeout(ctx, rareTime)
	defer cancel()

	node := h.cluster.Nodes()[d.target[len(d.target)-1]-'1'].Name

	switch d.means {
	case meansLost:
		return h.loseNode(ctx, node)
	case meansFull:
		return h.drainFull(ctx, node)
	case meansAddresses:
		return h.exhaustAddresses(ctx, node)
	case meansCrowd:
		return h.crowd(ctx)
	case meansKill, meansFreeze, meansCutOff, meansKillVM, meansPoint, meansFreezer:
		fallthrough
	default:
		return fmt.Errorf("%s is no rare disturbance", d.means)
	}
}

// loseNode cuts a node off as soon as a deployment waits for the health of a VM on it, and for so long that the deployment goes live elsewhere.
func (h *harness) loseNode(ctx context.Context, node string) error {
	made, err := h.quiet.deploy(ctx)
	if err != nil {
		return err
	}

	const placedSQL = `SELECT EXISTS (SELECT FROM vms JOIN nodes ON nodes.id = vms.node_id
		WHERE vms.deployment_id = $1 AND vms.kind = 'app' AND nodes.name = $2)`
	if err := h.until(ctx, "a VM is placed on "+node, placedSQL, made, node); err != nil {
		return err
	}

	if err := h.cluster.CutOff(node); err != nil {
		return err
	}

	const awaySQL = `SELECT EXISTS (SELECT FROM deployments WHERE id = $1 AND state = 'live') AND NOT EXISTS (
		SELECT FROM vms JOIN nodes ON nodes.id = vms.node_id JOIN deployments ON deployments.id = vms.deployment_id
		WHERE deployments.state = 'live' AND vms.desired_state = 'running' AND vms.removed_at IS NULL AND nodes.name = $2)`

	err = h.until(ctx, "everything live is served by the other node", awaySQL, made, node)

	return errors.Join(err, h.cluster.Reconnect(node))
}

// drain drains a node until no VM is to run there, and makes it ready again.
func (h *harness) drain(ctx context.Context, node string) error {
	ctx, cancel := context.WithTimeout(ctx, rareTime)
	defer cancel()

	if err := h.setNode(ctx, node, client.UpdateNodeInputBodyStateDraining); err != nil {
		return err
	}

	return errors.Join(h.awayFrom(ctx, node), h.setNode(context.WithoutCancel(ctx), node, client.UpdateNodeInputBodyStateReady))
}

func (h *harness) awayFrom(ctx context.Context, node string) error {
	const awaySQL = `SELECT NOT EXISTS (
		SELECT FROM vms JOIN nodes ON nodes.id = vms.node_id
		WHERE vms.desired_state <> 'stopped' AND vms.removed_at IS NULL AND nodes.name = $1)`

	return h.until(ctx, "no VM is to run on "+node, awaySQL, node)
}

// drainFull drains a node while the other one has no room for its VMs: moves find none again and again, and nothing else may suffer. Then room
// is made.
func (h *harness) drainFull(ctx context.Context, node string) error {
	const crowded = 10 * time.Second

	before := h.pids()

	filler, err := h.fill(ctx)
	if err != nil {
		return errors.Join(err, h.removeProject(context.WithoutCancel(ctx), filler))
	}

	if err := h.setNode(ctx, node, client.UpdateNodeInputBodyStateDraining); err != nil {
		return err
	}

	err = rig.Sleep(ctx, crowded)

	for pid, part := range h.pids() {
		if _, ok := before[pid]; !ok {
			err = errors.Join(err, fmt.Errorf("%s did not live through a full cluster", part))
		}
	}

	return errors.Join(err, h.removeProject(ctx, filler), h.awayFrom(ctx, node),
		h.setNode(context.WithoutCancel(ctx), node, client.UpdateNodeInputBodyStateReady))
}

// fill takes the memory of both nodes but for less than a VM of the samples needs, by a project with one large VM on each.
func (h *harness) fill(ctx context.Context) (uuid.UUID, error) {
	const left = 60 << 20

	var free []int64

	rows, err := h.pool.Query(ctx, `SELECT memory_bytes - coalesce((
		SELECT sum(vms.memory_bytes) FROM vms WHERE vms.node_id = nodes.id AND vms.removed_at IS NULL), 0)::bigint FROM nodes ORDER BY name`)
	if err != nil {
		return uuid.Nil, fmt.Errorf("read the memory of the nodes: %w", err)
	}

	for rows.Next() {
		var one int64
		if err := rows.Scan(&one); err != nil {
			return uuid.Nil, fmt.Errorf("read the memory of the nodes: %w", err)
		}

		free = append(free, one)
	}

	return h.addProject(ctx, "filler", len(free), lo.Min(free)-left)
}

// addProject makes a project of the sample app that is deployed, without a release command, and waits until it is live.
func (h *harness) addProject(ctx context.Context, name string, instances int, memoryBytes int64) (uuid.UUID, error) {
	const cpuMillis = 50

	key, deploying := id.New().String(), id.New().String()

	project, err := ask(ctx, "make a project", func(ctx context.Context) (uuid.UUID, []byte, error) {
		made, err := h.api.CreateProjectWithResponse(ctx, &client.CreateProjectParams{IdempotencyKey: &key}, client.CreateProjectInputBody{
			Name: name, RepositoryURL: h.quiet.sample.URL(), AutoDeploy: new(bool), Instances: new(int64(instances)),
			CPUMillis: lo.ToPtr[int64](cpuMillis), MemoryBytes: &memoryBytes,
		})
		if lo.FromPtr(made).JSON201 == nil {
			return uuid.Nil, lo.FromPtr(made).Body, err
		}

		return made.JSON201.ID, nil, err
	})
	if err != nil {
		return uuid.Nil, err
	}

	deployment, err := ask(ctx, "deploy "+name, func(ctx context.Context) (uuid.UUID, []byte, error) {
		answer, err := h.api.CreateDeploymentWithResponse(ctx, project, &client.CreateDeploymentParams{IdempotencyKey: &deploying},
			client.CreateDeploymentInputBody{})

		return idOf(lo.FromPtr(answer).JSON201), lo.FromPtr(answer).Body, err
	})
	if err != nil {
		return project, err
	}

	return project, h.until(ctx, name+" is live", `SELECT EXISTS (SELECT FROM deployments WHERE id = $1 AND state = 'live')`, deployment)
}

func (h *harness) removeProject(ctx context.Context, project uuid.UUID) error {
	if project == uuid.Nil {
		return nil
	}

	_, err := ask(ctx, "delete a project", func(ctx context.Context) (uuid.UUID, []byte, error) {
		answer, err := h.api.DeleteProjectWithResponse(ctx, project)
		if err != nil || (answer.StatusCode() != http.StatusNoContent && answer.StatusCode() != http.StatusNotFound) {
			return uuid.Nil, lo.FromPtr(answer).Body, err
		}

		return project, nil, nil
	})

	return err
}

// ghost is an edge that was never there. As it is silent, the addresses of VMs that were removed rest until it is deleted.
const ghost = "ghost"

// exhaustAddresses leaves a node without a free address, upon which deployments go to the other one, and then both, upon which the step waits
// and says why.
func (h *harness) exhaustAddresses(ctx context.Context, node string) error {
	const (
		ghostSQL = `INSERT INTO edges (id, name, region, last_seen_at) VALUES ($1, '` + ghost + `', 'nowhere', now() - interval '1 hour')`
		// takeSQL takes every free address of a node for a VM that was removed.
		takeSQL = `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes, desired_state, state, removed_at)
			SELECT gen_random_uuid(), (SELECT id FROM deployments ORDER BY id LIMIT 1), nodes.id, host(nodes.prefix)::inet + number, 80, 50, 33554432,
				'stopped', 'removed', now()
			FROM nodes, generate_series(2, 254) AS number
			WHERE nodes.name = ANY ($1) AND NOT EXISTS (SELECT FROM vms WHERE vms.ip = host(nodes.prefix)::inet + number AND vms.ip_released_at IS NULL)`
		waitsSQL = `SELECT EXISTS (SELECT FROM deployment_steps WHERE deployment_id = $1 AND waiting_for LIKE '%` + ghost + `%')`
		liveSQL  = `SELECT EXISTS (SELECT FROM deployments WHERE id = $1 AND state = 'live')`
	)

	if _, err := h.pool.Exec(ctx, ghostSQL, id.New()); err != nil {
		return fmt.Errorf("make an edge that is not there: %w", err)
	}

	if _, err := h.pool.Exec(ctx, takeSQL, []string{node}); err != nil {
		return fmt.Errorf("take the addresses of %s: %w", node, err)
	}

	made, err := h.quiet.deploy(ctx)
	if err != nil {
		return err
	}

	if err := h.until(ctx, "the deployment is live on the other node", liveSQL, made); err != nil {
		return err
	}

	if _, err := h.pool.Exec(ctx, takeSQL, lo.Map(h.machines, func(m *machine, _ int) string { return m.node.Name })); err != nil {
		return fmt.Errorf("take the addresses of both nodes: %w", err)
	}

	if made, err = h.quiet.deploy(ctx); err != nil {
		return err
	}

	err = h.until(ctx, "the deployment says that it waits for an address because of the edge", waitsSQL, made)

	if _, deleted := h.pool.Exec(context.WithoutCancel(ctx), `DELETE FROM edges WHERE name = '`+ghost+`'`); deleted != nil {
		err = errors.Join(err, fmt.Errorf("delete the edge that is not there: %w", deleted))
	}

	return errors.Join(err, h.until(ctx, "the deployment goes live", liveSQL, made))
}

// crowd has many projects deployed at once, and deletes them again.
func (h *harness) crowd(ctx context.Context) error {
	const projects, atOnce, memoryBytes = 58, 29, 48 << 20 // Beside the two that are there.

	var (
		mutex sync.Mutex
		made  []uuid.UUID
	)

	group, deploying := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)

	for number := range projects {
		group.Go(func() error {
			project, err := h.addProject(deploying, fmt.Sprintf("crowd %d", number), 1, memoryBytes)

			mutex.Lock()
			defer mutex.Unlock()

			if project != uuid.Nil {
				made = append(made, project)
			}

			return err
		})
	}

	err := group.Wait()

	for _, project := range made {
		err = errors.Join(err, h.removeProject(ctx, project))
	}

	const goneSQL = `SELECT NOT EXISTS (SELECT FROM vms JOIN deployments ON deployments.id = vms.deployment_id
		JOIN projects ON projects.id = deployments.project_id WHERE projects.deleted_at IS NOT NULL AND vms.removed_at IS NULL)`

	return errors.Join(err, h.until(ctx, "the VMs of deleted projects are gone", goneSQL))
}

// cancelLate cancels a deployment of which VMs were placed.
func (h *harness) cancelLate(ctx context.Context, p *project) ([]uuid.UUID, error) {
	const placedSQL = `SELECT EXISTS (SELECT FROM vms WHERE deployment_id = $1 AND kind = 'app') OR EXISTS (
		SELECT FROM deployments WHERE id = $1 AND state = 'live')`

	for {
		made, err := p.deploy(ctx)
		if err != nil {
			return nil, err
		}

		if err := h.until(ctx, "its VMs are placed", placedSQL, made); err != nil {
			return nil, err
		}

		if err := p.cancel(ctx, made); err != nil {
			return nil, err
		}

		// One that was live before the cancel is no reason for a clean-up.
		var cancelled bool
		if err := h.pool.QueryRow(ctx, `SELECT state = 'cancelled' FROM deployments WHERE id = $1`, made).Scan(&cancelled); err != nil || cancelled {
			return []uuid.UUID{made}, err
		}
	}
}

// rescale asks for one more instance, waits until it serves, and takes that back.
func (h *harness) rescale(ctx context.Context, p *project) error {
	const servesSQL = `SELECT count(*) = $2 FROM vms JOIN deployments ON deployments.id = vms.deployment_id
		WHERE deployments.project_id = $1 AND deployments.state = 'live' AND vms.state = 'healthy' AND vms.desired_state = 'running' AND vms.removed_at IS NULL`

	if err := p.scale(ctx, instances+1); err != nil {
		return err
	}

	if err := h.until(ctx, "another instance serves", servesSQL, p.id, instances+1); err != nil {
		return err
	}

	return p.scale(ctx, instances)
}

// setNode drains a node or makes it ready.
func (h *harness) setNode(ctx context.Context, name string, state client.UpdateNodeInputBodyState) error {
	_, err := ask(ctx, fmt.Sprintf("make node %s %s", name, state), func(ctx context.Context) (uuid.UUID, []byte, error) {
		nodes, err := h.api.ListNodesWithResponse(ctx)
		if err != nil || nodes.JSON200 == nil {
			return uuid.Nil, lo.FromPtr(nodes).Body, err
		}

		node, _ := lo.Find(nodes.JSON200.Items, func(n client.Node) bool { return n.Name == name })

		answer, err := h.api.UpdateNodeWithResponse(ctx, node.ID, client.UpdateNodeInputBody{State: state})
		if err != nil || answer.StatusCode() != http.StatusOK {
			return uuid.Nil, lo.FromPtr(answer).Body, err
		}

		return node.ID, nil, nil
	})

	return err
}

// until waits until the query says so. A database that is away is asked again.
func (h *harness) until(ctx context.Context, what, sql string, arguments ...any) error {
	const pause = 50 * time.Millisecond

	for {
		var so bool
		if err := h.pool.QueryRow(ctx, sql, arguments...).Scan(&so); err == nil && so {
			return nil
		}

		if err := rig.Sleep(ctx, pause); err != nil {
			return fmt.Errorf("it did not come to that %s: %w", what, err)
		}
	}
}
