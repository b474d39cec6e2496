/** What the proxy tells: the rows of its API, as docs/api.md and `/api/openapi.json` describe them. */

/** @typedef {{now: number, max: number}} Use */

/**
 * @typedef {object} Interface
 * @property {string | null} name
 * @property {string[]} addresses
 * @property {boolean} is_used
 * @property {string | null} reason
 */

/**
 * What the proxy itself judges to be wrong, the worst first.
 * @typedef {object} Trouble
 * @property {string} kind
 * @property {"bad" | "warn"} severity
 * @property {number} count
 * @property {string} text
 * @property {string} remedy
 * @property {string | null} command
 */

/**
 * @typedef {object} ProxyRow
 * @property {string} version
 * @property {boolean} has_names
 * @property {string | null} id
 * @property {number} started_at
 * @property {number | null} port
 * @property {number | null} link_port
 * @property {boolean} has_discovery
 * @property {number} shards
 * @property {number} shards_missing
 * @property {Use} connections
 * @property {Use} channels
 * @property {number} clients
 * @property {number} peers_elsewhere
 * @property {number} lagging
 * @property {number} held
 * @property {number} links
 * @property {number} candidates
 * @property {number} cut
 * @property {number} messages
 * @property {number} received_bytes
 * @property {number} written_bytes
 * @property {Interface[]} interfaces
 * @property {{healthy: boolean, troubles: Trouble[]}} verdict
 */

/**
 * @typedef {object} LinkRow
 * @property {string} id
 * @property {string | null} proxy
 * @property {"ready" | "started" | "spare"} state
 * @property {"discovered" | "peer" | "backbone" | "tailscale" | "dns" | "dialled-us"} kind
 * @property {string | null} peer
 * @property {string | null} address
 * @property {"ipv4" | "ipv6" | "backbone"} family
 * @property {boolean} is_dialled
 * @property {number} since
 * @property {number | null} round_trip_ms
 * @property {number[]} round_trips_ms
 * @property {number} received_frames
 * @property {number} received_bytes
 * @property {number} sent_frames
 * @property {number} sent_bytes
 * @property {number} channels
 * @property {number} peers
 * @property {number} waiting_bytes
 * @property {number} held_channels
 * @property {number | null} lagging_since
 */

/**
 * @typedef {object} CandidateRow
 * @property {string} id
 * @property {string | null} proxy
 * @property {"discovered" | "peer" | "backbone" | "tailscale" | "dns"} kind
 * @property {string | null} peer
 * @property {string[]} addresses
 * @property {string} reason
 * @property {boolean} is_fault
 * @property {string | null} detail
 * @property {number | null} failed_at
 * @property {boolean} is_dialling
 * @property {number | null} next_dial_at
 * @property {number} failed_dials
 * @property {boolean} was_linked
 */

/**
 * @typedef {object} ChannelRow
 * @property {string} id
 * @property {string | null} name
 * @property {"local" | "network"} scope
 * @property {number} structured
 * @property {number} raw
 * @property {number} elsewhere
 * @property {number} proxies
 * @property {boolean} is_isolated
 * @property {number} messages
 * @property {number} bytes
 */

/**
 * @typedef {object} ClientRow
 * @property {"structured" | "raw"} framing
 * @property {number} since
 * @property {number} heard_at
 * @property {number} messages
 * @property {number} received_bytes
 * @property {number} written_bytes
 * @property {number} waiting_bytes
 * @property {boolean} is_held
 * @property {number | null} lagging_since
 */

/**
 * @typedef {object} PeerRow
 * @property {string} id
 * @property {string | null} peer
 * @property {string} channel
 * @property {string | null} proxy
 * @property {ClientRow | null} client
 */

/**
 * @typedef {object} EventRow
 * @property {string} id
 * @property {number} at
 * @property {"joined" | "left" | "cut" | "linked" | "unlinked" | "warning" | "refused"} kind
 * @property {string | null} channel
 * @property {string | null} peer
 * @property {string | null} link
 * @property {string | null} detail
 */

/**
 * What the feed sends rows of.
 * @typedef {object} Rows
 * @property {ProxyRow[]} proxy
 * @property {LinkRow[]} links
 * @property {CandidateRow[]} candidates
 * @property {PeerRow[]} slow
 * @property {PeerRow[]} peers
 * @property {ChannelRow[]} channels
 * @property {EventRow[]} events
 */

/** @typedef {{rows: Partial<Rows>, gone: Record<string, string[]>, complete: boolean}} Frame */

export {};
