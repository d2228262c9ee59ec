-- Secure Vector Routing for Wireshark and tshark, 4.0 and later (Lua 5.2 to 5.4).
--
--     tshark -X lua_script:svr.lua -r capture.pcapng -Y svr.health_check
--
-- Fields have the names that `svrlab read` gives them. What stands between 'generated' and 'end of generated' is written
-- from svrlab's own tables by scripts/docs.ts.

-- generated: lua-constants
local COOKIE = "\x4c\x48\xdb\xc6\xdd\xf6\x67\x0c"
local METADATA_VERSION = 1
local METADATA_LENGTH_MAX = 900
local TLV_COUNT_MAX = 64
local MESSAGE_TYPES = { header = 32769, payload = 32770, bfd = 32771 }
local CONTEXTS = { { "forward_context_ipv4", "forward" }, { "forward_context_ipv6", "forward" }, { "reverse_context_ipv4", "reverse" }, { "reverse_context_ipv6", "reverse" } }
local CONTROL_ENABLE_METADATA = 2
local TRAILERS = { { "sha256-128", 28 }, { "sha1", 32 }, { "sha256", 44 }, { "sha384", 60 }, { "sha512", 76 } }
local BFD_PORT = 1280
local PLAIN_BFD_PORT = 3784
local BFD_LENGTH = 24
local BFD_NAME_MAX = 127
local BFD_STATES = { "admin-down", "down", "init", "up" }
-- end of generated

-- generated: lua-fields
local FIELDS = {
  { "svr.kind", "enum", "with metadata; a fragment; with a false-positive marker; bare; of BFD; with a cookie before nonsense", { metadata = 1, fragment = 2, marker = 3, bare = 4, bfd = 5, malformed = 6 } },
  { "svr.version", "uint32", "version of the block" },
  { "svr.header_length", "uint32", "bytes of the base header and the header attributes" },
  { "svr.payload_length", "uint32", "bytes of the payload attributes" },
  { "svr.encoding", "enum", "how the attributes are written", { tlv = 1, protobuf = 2 } },
  { "svr.encryption", "enum", "whether the payload attributes were encrypted, and could be read", { none = 0, decrypted = 1, unread = 2 } },
  { "svr.unknown_attributes", "uint32", "attributes of unknown type, which were stepped over" },
  { "svr.fragment", "bool", "the packet is one fragment of a larger one, cut for the fabric" },
  { "svr.fragment.extended_id", "uint32", "extended id of svr.fragment" },
  { "svr.fragment.original_id", "uint32", "original id of svr.fragment" },
  { "svr.fragment.dont_fragment", "bool", "dont fragment of svr.fragment" },
  { "svr.fragment.more_fragments", "bool", "more fragments of svr.fragment" },
  { "svr.fragment.offset", "uint32", "offset of svr.fragment" },
  { "svr.fragment.largest_seen", "uint32", "largest seen of svr.fragment" },
  { "svr.forward_context_ipv4", "bool", "original IPv4 addresses, ports and protocol of the session, as its originator sees them" },
  { "svr.forward_context_ipv4.src", "ipv4", "src of svr.forward_context_ipv4" },
  { "svr.forward_context_ipv4.dst", "ipv4", "dst of svr.forward_context_ipv4" },
  { "svr.forward_context_ipv4.srcport", "uint32", "srcport of svr.forward_context_ipv4" },
  { "svr.forward_context_ipv4.dstport", "uint32", "dstport of svr.forward_context_ipv4" },
  { "svr.forward_context_ipv4.proto", "uint32", "proto of svr.forward_context_ipv4" },
  { "svr.forward_context_ipv6", "bool", "original IPv6 addresses, ports and protocol of the session, as its originator sees them" },
  { "svr.forward_context_ipv6.src", "ipv6", "src of svr.forward_context_ipv6" },
  { "svr.forward_context_ipv6.dst", "ipv6", "dst of svr.forward_context_ipv6" },
  { "svr.forward_context_ipv6.srcport", "uint32", "srcport of svr.forward_context_ipv6" },
  { "svr.forward_context_ipv6.dstport", "uint32", "dstport of svr.forward_context_ipv6" },
  { "svr.forward_context_ipv6.proto", "uint32", "proto of svr.forward_context_ipv6" },
  { "svr.reverse_context_ipv4", "bool", "IPv4 addresses, ports and protocol of the session, as its responder sees them" },
  { "svr.reverse_context_ipv4.src", "ipv4", "src of svr.reverse_context_ipv4" },
  { "svr.reverse_context_ipv4.dst", "ipv4", "dst of svr.reverse_context_ipv4" },
  { "svr.reverse_context_ipv4.srcport", "uint32", "srcport of svr.reverse_context_ipv4" },
  { "svr.reverse_context_ipv4.dstport", "uint32", "dstport of svr.reverse_context_ipv4" },
  { "svr.reverse_context_ipv4.proto", "uint32", "proto of svr.reverse_context_ipv4" },
  { "svr.reverse_context_ipv6", "bool", "IPv6 addresses, ports and protocol of the session, as its responder sees them" },
  { "svr.reverse_context_ipv6.src", "ipv6", "src of svr.reverse_context_ipv6" },
  { "svr.reverse_context_ipv6.dst", "ipv6", "dst of svr.reverse_context_ipv6" },
  { "svr.reverse_context_ipv6.srcport", "uint32", "srcport of svr.reverse_context_ipv6" },
  { "svr.reverse_context_ipv6.dstport", "uint32", "dstport of svr.reverse_context_ipv6" },
  { "svr.reverse_context_ipv6.proto", "uint32", "proto of svr.reverse_context_ipv6" },
  { "svr.uuid", "string", "identity of the session, end to end" },
  { "svr.tenant", "string", "tenant that the session comes from" },
  { "svr.global_interface_id", "uint32", "number of the ingress interface, unique in the authority" },
  { "svr.service", "string", "service that the session goes to" },
  { "svr.session_payload_encrypted", "bool", "the payload of the session is encrypted" },
  { "svr.tcp_syn", "bool", "the packet was a TCP SYN, carried as UDP" },
  { "svr.sessions_in_service", "uint64", "sessions that the responder has for the service, for load balancing" },
  { "svr.source_router", "string", "router where the session came in" },
  { "svr.security_policy", "string", "security policy of the session" },
  { "svr.security_id", "uint32", "version of the key that protects the packet" },
  { "svr.destination_router", "string", "router where the session goes out" },
  { "svr.disable_forward_metadata", "bool", "metadata has arrived: the originator need not send it any longer" },
  { "svr.peer_pathway_id", "string", "path between the peers that the packet took" },
  { "svr.icmp_error_location_ipv4", "ipv4", "IPv4 address of the node that made the ICMP error" },
  { "svr.icmp_error_location_ipv6", "ipv6", "IPv6 address of the node that made the ICMP error" },
  { "svr.control", "enum", "the packet is from router to router: it is obeyed, then dropped", { unknown = 0, keepAlive = 1, enableMetadata = 2, disableMetadata = 3, deleteSession = 6, sessionExists = 8 } },
  { "svr.source_nat_address", "ipv4", "address that the source is translated to where the session goes out" },
  { "svr.path_metrics", "bool", "coloured times and counts that measure latency and loss of the path" },
  { "svr.path_metrics.tx_colour", "uint32", "tx colour of svr.path_metrics" },
  { "svr.path_metrics.tx_time", "uint32", "tx time of svr.path_metrics" },
  { "svr.path_metrics.rx_colour", "uint32", "rx colour of svr.path_metrics" },
  { "svr.path_metrics.rx_time", "uint32", "rx time of svr.path_metrics" },
  { "svr.path_metrics.drop", "bool", "drop of svr.path_metrics" },
  { "svr.path_metrics.previous_rx_count", "uint32", "previous rx count of svr.path_metrics" },
  { "svr.modify_request", "bool", "the session changes while it runs; numbered" },
  { "svr.modify_request.flag_f", "bool", "flag f of svr.modify_request" },
  { "svr.modify_request.flag_d", "bool", "flag d of svr.modify_request" },
  { "svr.modify_request.sequence", "uint32", "sequence of svr.modify_request" },
  { "svr.application_name", "string", "application that was recognised" },
  { "svr.remaining_session_time", "uint32", "seconds until the session times out" },
  { "svr.health_check", "enum", "asks the peer whether it still knows the session", { request = 1, requestTimeout = 2 } },
  { "svr.security_encryption_key", "bytes", "key that the payload of the session is encrypted with" },
  { "svr.multicast_group", "bool", "source, group and protocol of a multicast session" },
  { "svr.multicast_group.flags", "uint32", "flags of svr.multicast_group" },
  { "svr.multicast_group.source", "string", "source of svr.multicast_group" },
  { "svr.multicast_group.group", "string", "group of svr.multicast_group" },
  { "svr.multicast_group.protocol", "uint32", "protocol of svr.multicast_group" },
  { "svr.multicast_egress_list", "string", "routers where a multicast session goes out" },
  { "svr.session_capture", "uint32", "asks the next routers to capture the session too: packets of each direction" },
  { "svr.context", "enum", "the metadata has the addresses and ports of the session, as its originator or as its responder sees them", { forward = 1, reverse = 2 } },
  { "svr.context.src", "string", "src of svr.context" },
  { "svr.context.dst", "string", "dst of svr.context" },
  { "svr.context.srcport", "uint32", "srcport of svr.context" },
  { "svr.context.dstport", "uint32", "dstport of svr.context" },
  { "svr.context.proto", "uint32", "proto of svr.context" },
  { "svr.bfd.router", "string", "router that sends" },
  { "svr.bfd.node", "string", "node that sends" },
  { "svr.bfd.path_id", "string", "the sender's name for the path" },
  { "svr.bfd.source", "string", "address that the sender believes it sends from" },
  { "svr.bfd.source_port", "uint32", "port that it believes it sends from" },
  { "svr.bfd.observed", "string", "address that the sender sees the receiver's packets come from" },
  { "svr.bfd.observed_port", "uint32", "port that it sees them come from" },
  { "svr.bfd.key_index", "uint32", "key that the sender encrypts metadata with" },
  { "svr.bfd.boot_counter", "uint64", "starts of the sender's node" },
  { "svr.bfd.failover_counter", "uint32", "times that another node of the router took over" },
  { "svr.bfd.load", "string", "service=sessions, for each service whose load is told" },
  { "svr.bfd.echo", "enum", "a packet of a link test", { request = 1, reply = 2 } },
  { "svr.bfd.echo.burst", "uint32", "number of the burst" },
  { "svr.bfd.echo.index", "uint32", "place in the burst, from 0" },
  { "svr.bfd.live_loss", "double", "percent of the live traffic from the sender to the receiver that gets lost" },
  { "svr.bfd.mtu_probe", "enum", "asks how long packets may be", { request = 1, reply = 2 } },
  { "svr.bfd.mtu_probe.number", "uint32", "number of the probe" },
  { "svr.bfd.mtu_probe.size", "uint32", "length that it tries, in bytes" },
  { "svr.hmac", "enum", "what is known of the HMAC trailer", { right = 1, ["outside-window"] = 2, wrong = 3, unchecked = 4 } },
  { "svr.hmac.length", "uint32", "bytes of the trailer" },
  { "svr.hmac.sequence", "uint32", "sequence number" },
  { "svr.hmac.time", "uint32", "when it was sealed, in seconds; 0 if the time does not matter" },
  { "svr.hmac.sender", "uint32", "number of the router that sealed it" },
  { "svr.session", "string", "UUID of the session that the packet belongs to, on all its way" },
  { "svr.session.service", "string", "service of that session" },
  { "svr.session.tenant", "string", "tenant of that session" },
  { "svr.session.router", "string", "router where that session came in" },
  { "svr.session.direction", "enum", "which way the packet goes: forward is from who began the session", { forward = 1, reverse = 2 } },
  { "svr.content_length", "uint32", "bytes that a packet between routers carries for its session, behind metadata and before the trailer" },
}
-- end of generated

-- generated: lua-attributes
local ATTRIBUTES = {
  { type = 1, name = "fragment", section = "header", kind = "fragment", min = 10, max = 256, proto = "bytes", field = "svr.fragment", hasParts = true },
  { type = 2, name = "forward_context_ipv4", section = "payload", kind = "context4", min = 13, max = 13, proto = "bytes", field = "svr.forward_context_ipv4", hasParts = true },
  { type = 3, name = "forward_context_ipv6", section = "payload", kind = "context6", min = 37, max = 37, proto = "bytes", field = "svr.forward_context_ipv6", hasParts = true },
  { type = 4, name = "reverse_context_ipv4", section = "payload", kind = "context4", min = 13, max = 13, proto = "bytes", field = "svr.reverse_context_ipv4", hasParts = true },
  { type = 5, name = "reverse_context_ipv6", section = "payload", kind = "context6", min = 37, max = 37, proto = "bytes", field = "svr.reverse_context_ipv6", hasParts = true },
  { type = 6, name = "session_uuid", section = "payload", kind = "uuid", min = 16, max = 16, proto = "bytes", field = "svr.uuid" },
  { type = 7, name = "tenant", section = "payload", kind = "text", min = 0, max = 255, proto = "string", field = "svr.tenant" },
  { type = 8, name = "global_interface_id", section = "payload", anySection = true, kind = "u32", min = 4, max = 4, proto = "uint32", field = "svr.global_interface_id" },
  { type = 10, name = "service", section = "payload", kind = "text", min = 0, max = 255, proto = "string", field = "svr.service" },
  { type = 11, name = "session_payload_encrypted", section = "payload", kind = "flag", min = 0, max = 0, proto = "bool", field = "svr.session_payload_encrypted" },
  { type = 12, name = "tcp_syn", section = "payload", kind = "flag", min = 0, max = 0, proto = "bool", field = "svr.tcp_syn" },
  { type = 13, name = "sessions_in_service", section = "payload", anySection = true, kind = "u64", min = 8, max = 8, proto = "uint64", field = "svr.sessions_in_service" },
  { type = 14, name = "source_router", section = "payload", kind = "text", min = 0, max = 255, proto = "string", field = "svr.source_router" },
  { type = 15, name = "security_policy", section = "payload", anySection = true, kind = "text", min = 0, max = 255, proto = "string", field = "svr.security_policy" },
  { type = 16, name = "security_id", section = "header", kind = "u32", min = 4, max = 4, proto = "uint32", field = "svr.security_id" },
  { type = 17, name = "destination_router", section = "payload", anySection = true, kind = "text", min = 0, max = 255, proto = "string", field = "svr.destination_router" },
  { type = 18, name = "disable_forward_metadata", section = "payload", kind = "flag", min = 0, max = 0, proto = "bool", field = "svr.disable_forward_metadata" },
  { type = 19, name = "peer_pathway_id", section = "payload", kind = "text", min = 0, max = 255, proto = "string", field = "svr.peer_pathway_id" },
  { type = 20, name = "icmp_error_location_ipv4", section = "header", kind = "ipv4", min = 4, max = 4, proto = "bytes", field = "svr.icmp_error_location_ipv4" },
  { type = 21, name = "icmp_error_location_ipv6", section = "header", anySection = true, kind = "ipv6", min = 16, max = 16, proto = "bytes", field = "svr.icmp_error_location_ipv6" },
  { type = 24, name = "control_message", section = "header", kind = "enum", min = 1, max = 1, proto = "enum", field = "svr.control" },
  { type = 25, name = "source_nat_address", section = "payload", kind = "ipv4", min = 4, max = 4, proto = "bytes", field = "svr.source_nat_address" },
  { type = 26, name = "path_metrics", section = "header", kind = "pathMetrics", min = 10, max = 10, proto = "bytes", field = "svr.path_metrics", hasParts = true },
  { type = 28, name = "modify_request", section = "payload", anySection = true, kind = "modify", min = 2, max = 256, proto = "bytes", field = "svr.modify_request", hasParts = true },
  { type = 35, name = "application_name", section = "payload", kind = "text", min = 0, max = 255, proto = "string", field = "svr.application_name" },
  { type = 42, name = "remaining_session_time", section = "payload", kind = "u32", min = 4, max = 4, proto = "uint32", field = "svr.remaining_session_time" },
  { type = 46, name = "session_health_check", section = "header", kind = "enum", min = 1, max = 1, proto = "enum", field = "svr.health_check" },
  { type = 46, name = "security_encryption_key", section = "payload", kind = "bytes", min = 2, max = 256, proto = "bytes", field = "svr.security_encryption_key" },
  { type = 50, name = "multicast_group", section = "payload", kind = "multicastGroup", min = 11, max = 35, proto = "bytes", field = "svr.multicast_group", hasParts = true },
  { type = 51, name = "multicast_egress_list", section = "payload", kind = "multicastEgressList", min = 2, max = 512, proto = "bytes", field = "svr.multicast_egress_list" },
  { type = 32784, name = "session_capture", section = "payload", kind = "u32", min = 4, max = 4, proto = "uint32", field = "svr.session_capture" },
}
-- end of generated

-- generated: lua-messages
local MESSAGES = {
  header = { [1] = { name = "fragment", wire = 2 }, [16] = { name = "security_id", wire = 0 }, [20] = { name = "icmp_error_location_ipv4", wire = 2 }, [21] = { name = "icmp_error_location_ipv6", wire = 2 }, [24] = { name = "control_message", wire = 0 }, [26] = { name = "path_metrics", wire = 2 }, [46] = { name = "session_health_check", wire = 0 } },
  payload = { [2] = { name = "forward_context_ipv4", wire = 2 }, [3] = { name = "forward_context_ipv6", wire = 2 }, [4] = { name = "reverse_context_ipv4", wire = 2 }, [5] = { name = "reverse_context_ipv6", wire = 2 }, [6] = { name = "session_uuid", wire = 2 }, [7] = { name = "tenant", wire = 2, isText = true }, [8] = { name = "global_interface_id", wire = 0 }, [10] = { name = "service", wire = 2, isText = true }, [11] = { name = "session_payload_encrypted", wire = 0 }, [12] = { name = "tcp_syn", wire = 0 }, [13] = { name = "sessions_in_service", wire = 0 }, [14] = { name = "source_router", wire = 2, isText = true }, [15] = { name = "security_policy", wire = 2, isText = true }, [17] = { name = "destination_router", wire = 2, isText = true }, [18] = { name = "disable_forward_metadata", wire = 0 }, [19] = { name = "peer_pathway_id", wire = 2, isText = true }, [25] = { name = "source_nat_address", wire = 2 }, [28] = { name = "modify_request", wire = 2 }, [35] = { name = "application_name", wire = 2, isText = true }, [42] = { name = "remaining_session_time", wire = 0 }, [46] = { name = "security_encryption_key", wire = 2 }, [50] = { name = "multicast_group", wire = 2 }, [51] = { name = "multicast_egress_list", wire = 2 }, [32784] = { name = "session_capture", wire = 0 } },
  bfd = { [1] = { name = "router", wire = 2, isText = true }, [2] = { name = "node", wire = 2, isText = true }, [3] = { name = "path_id", wire = 2, isText = true }, [4] = { name = "source_address", wire = 2 }, [5] = { name = "source_port", wire = 0 }, [6] = { name = "observed_address", wire = 2 }, [7] = { name = "observed_port", wire = 0 }, [8] = { name = "key_index", wire = 0 }, [9] = { name = "boot_counter", wire = 0 }, [10] = { name = "failover_counter", wire = 0 }, [11] = { name = "service_loads", wire = 2, repeated = true }, [12] = { name = "echo", wire = 2 }, [13] = { name = "live_loss", wire = 0 }, [14] = { name = "mtu_probe", wire = 2 } },
  load = { [1] = { name = "service", wire = 2, isText = true }, [2] = { name = "sessions", wire = 0 } },
  echo = { [1] = { name = "kind", wire = 0 }, [2] = { name = "burst", wire = 0 }, [3] = { name = "index", wire = 0 } },
  probe = { [1] = { name = "kind", wire = 0 }, [2] = { name = "number", wire = 0 }, [3] = { name = "size", wire = 0 } },
}
-- end of generated

-- generated: lua-faults
local FAULTS = {
  ["too-short"] = "fewer bytes came than a control packet has",
  ["wrong-version"] = "the version is not 1",
  ["wrong-length"] = "the length is less than its fields need, or more than came",
  ["zero-detect-multiplier"] = "the detect multiplier is 0",
  multipoint = "the multipoint bit is set",
  ["zero-my-discriminator"] = "the discriminator of the sender is 0",
  ["zero-your-discriminator"] = "the discriminator of the receiver is 0 though the sender claims to have heard of it",
  ["no-cookie"] = "the bytes do not start with the cookie",
  ["truncated-header"] = "the packet ends within the base header",
  ["header-length"] = "the header length is less than the 12 bytes of the base header",
  ["exceeds-packet"] = "header and payload length together are more than the packet holds",
  ["too-long"] = "the block is longer than 900 bytes",
  ["truncated-tlv"] = "a TLV runs past the end of its section",
  ["too-many-tlvs"] = "a section has more than 64 TLVs",
  ["attribute-length"] = "the length of a TLV does not fit its type",
  ["attribute-value"] = "the bytes of an attribute do not make a value",
  ["wrong-section"] = "an attribute stands in the section where it does not belong",
  ["duplicate-attribute"] = "an attribute comes twice",
  ["mixed-encodings"] = "a section in the protobuf encoding is not exactly its one TLV, or only one section has it",
  ["invalid-protobuf"] = "the protobuf message does not decode",
  ["unknown-key"] = "the payload attributes are encrypted under a security ID that is not configured",
  undecipherable = "the payload attributes cannot be decrypted with the key that their security ID names",
  ["bad-bfd-metadata"] = "what SVR adds to BFD makes no sense",
}
-- end of generated

local svr = Proto("svr", "Secure Vector Routing")

-- ---- fields

local fields = {}
local codeOf, wordOf = {}, {}

local function titleOf(name)
  local title = name:gsub("^svr%.", ""):gsub("[._]", " ")
  return title:sub(1, 1):upper() .. title:sub(2)
end

local makers = {
  bool = function(name, title, _, help)
    return ProtoField.bool(name, title, base.NONE, nil, nil, help)
  end,
  enum = function(name, title, words, help)
    return ProtoField.uint8(name, title, base.DEC, words, nil, help)
  end,
  uint32 = function(name, title, _, help)
    return ProtoField.uint32(name, title, base.DEC, nil, nil, help)
  end,
  uint64 = function(name, title, _, help)
    return ProtoField.uint64(name, title, base.DEC, nil, nil, help)
  end,
  double = function(name, title, _, help)
    return ProtoField.double(name, title, help)
  end,
  string = function(name, title, _, help)
    return ProtoField.string(name, title, base.UNICODE, help)
  end,
  bytes = function(name, title, _, help)
    return ProtoField.bytes(name, title, base.NONE, help)
  end,
  ipv4 = function(name, title, _, help)
    return ProtoField.ipv4(name, title, help)
  end,
  ipv6 = function(name, title, _, help)
    return ProtoField.ipv6(name, title, help)
  end,
}

local kindOfField = {}
do
  local all = {}
  for _, spec in ipairs(FIELDS) do
    local name, kind, help, codes = spec[1], spec[2], spec[3], spec[4]
    local words
    if codes then
      words = {}
      codeOf[name], wordOf[name] = codes, words
      for word, code in pairs(codes) do
        words[code] = word
      end
    end
    fields[name] = makers[kind](name, titleOf(name), words, help)
    kindOfField[name] = kind
    all[#all + 1] = fields[name]
  end
  fields.block = ProtoField.none("svr.block", "Block of metadata")
  fields.section = ProtoField.none("svr.section", "Section")
  fields.unknown = ProtoField.uint32("svr.unknown_attributes.type", "Attribute of unknown type", base.DEC)
  fields.cookie = ProtoField.bytes("svr.cookie", "Cookie")
  fields.content = ProtoField.bytes("svr.content", "Content")
  fields.malformed = ProtoField.string("svr.malformed", "Malformed", base.UNICODE, "what is malformed in the packet")
  fields.malformedOffset =
    ProtoField.uint32("svr.malformed.offset", "Offset", base.DEC, nil, nil, "where, in bytes from the start of the frame")
  fields.digest = ProtoField.bytes("svr.hmac.digest", "Digest")
  for _, name in ipairs({ "block", "section", "unknown", "cookie", "content", "malformed", "malformedOffset", "digest" }) do
    all[#all + 1] = fields[name]
  end
  svr.fields = all
end

local experts = {
  malformed = ProtoExpert.new("svr.expert.malformed", "Malformed metadata", expert.group.MALFORMED, expert.severity.ERROR),
  recovery = ProtoExpert.new(
    "svr.expert.recovery",
    "Metadata again on a session that went without: it is being recovered, or moved",
    expert.group.SEQUENCE,
    expert.severity.WARN
  ),
  enableMetadata = ProtoExpert.new(
    "svr.expert.enable_metadata",
    "Enable-metadata: the sender does not know the session",
    expert.group.RESPONSE_CODE,
    expert.severity.WARN
  ),
  healthCheck = ProtoExpert.new(
    "svr.expert.health_check",
    "The sender has heard nothing for a while, and asks whether the session is known",
    expert.group.REQUEST_CODE,
    expert.severity.NOTE
  ),
  unknown = ProtoExpert.new(
    "svr.expert.unknown_attribute",
    "Attribute of unknown type",
    expert.group.UNDECODED,
    expert.severity.NOTE
  ),
  encrypted = ProtoExpert.new(
    "svr.expert.encrypted",
    "The payload attributes are encrypted",
    expert.group.UNDECODED,
    expert.severity.CHAT
  ),
}
svr.experts = {
  experts.malformed,
  experts.recovery,
  experts.enableMetadata,
  experts.healthCheck,
  experts.unknown,
  experts.encrypted,
}

-- ---- preferences

local TRAILER_LEARNT, TRAILER_NONE = 0, 1
do
  local choices = { { 1, "learnt from packets of routers' own", TRAILER_LEARNT }, { 2, "none", TRAILER_NONE } }
  for i, trailer in ipairs(TRAILERS) do
    choices[#choices + 1] = { i + 2, trailer[1], trailer[2] }
  end
  svr.prefs.trailer = Pref.enum("HMAC trailer", TRAILER_LEARNT, "What stands at the end of packets between routers", choices, false)
end
svr.prefs.content = Pref.bool("Dissect what is carried", true, "TCP and ICMP with their headers, UDP by the ports of the session")
svr.prefs.protobuf =
  Pref.bool("Show protobuf messages", true, "Through Wireshark's own dissector, which needs the .proto files in its search path")

-- ---- bytes: parts of a Lua string, by offsets from 0

local byte = string.byte

-- Whole numbers below this are exact, whatever a version of Lua makes of them.
local SAFE = 9007199254740992

local function u16(bytes, at)
  local a, b = byte(bytes, at + 1, at + 2)
  return a * 256 + b
end

local function u32(bytes, at)
  local a, b, c, d = byte(bytes, at + 1, at + 4)
  return ((a * 256 + b) * 256 + c) * 256 + d
end

local function address4(bytes, at)
  return string.format("%d.%d.%d.%d", byte(bytes, at + 1, at + 4))
end

-- RFC 5952: the longest run of two or more zero groups, the first of equals, is left out.
local function address6(bytes, at)
  local groups, best, bestLength, run = {}, 0, 1, 0
  for i = 1, 8 do
    local group = u16(bytes, at + 2 * i - 2)
    groups[i] = string.format("%x", group)
    run = group == 0 and run + 1 or 0
    if run > bestLength then
      best, bestLength = i - run + 1, run
    end
  end
  if best == 0 then
    return table.concat(groups, ":")
  end
  return table.concat(groups, ":", 1, best - 1) .. "::" .. table.concat(groups, ":", best + bestLength, 8)
end

local function addressText(bytes, at, size)
  return size == 4 and address4(bytes, at) or address6(bytes, at)
end

local function uuidText(bytes, at)
  local hex = bytes:sub(at + 1, at + 16):gsub(".", function(c)
    return string.format("%02x", byte(c))
  end)
  return table.concat({ hex:sub(1, 8), hex:sub(9, 12), hex:sub(13, 16), hex:sub(17, 20), hex:sub(21, 32) }, "-")
end

-- Whether the text is well-formed UTF-8 (RFC 3629).
local function isUtf8(text)
  local at, length = 1, #text
  while at <= length do
    local first = byte(text, at)
    local more, low, high = 0, 0x80, 0xbf
    if first >= 0xc2 and first <= 0xdf then
      more = 1
    elseif first >= 0xe0 and first <= 0xef then
      more = 2
      if first == 0xe0 then low = 0xa0 end
      if first == 0xed then high = 0x9f end
    elseif first >= 0xf0 and first <= 0xf4 then
      more = 3
      if first == 0xf0 then low = 0x90 end
      if first == 0xf4 then high = 0x8f end
    elseif first >= 0x80 then
      return false
    end
    for i = 1, more do
      local next = byte(text, at + i)
      if not next or next < low or next > high then
        return false
      end
      low, high = 0x80, 0xbf
    end
    at = at + 1 + more
  end
  return true
end

-- ---- values of attributes
--
-- A reader takes bytes[at, at + length) apart into items { suffix of the field's name, offset, length, value }; no value
-- means that the field takes it from the bytes. It gives nothing if they do not make a value. Lengths have been checked.

local function contextReader(size)
  return function(bytes, at)
    local ports = at + 2 * size
    local items = {
      { "", at, 2 * size + 5, true },
      { ".src", at, size },
      { ".dst", at + size, size },
      { ".srcport", ports, 2, u16(bytes, ports) },
      { ".dstport", ports + 2, 2, u16(bytes, ports + 2) },
      { ".proto", ports + 4, 1, byte(bytes, ports + 5) },
    }
    items.context = {
      size = size,
      source = bytes:sub(at + 1, at + size),
      destination = bytes:sub(at + size + 1, at + 2 * size),
      sourcePort = items[4][4],
      destinationPort = items[5][4],
      protocol = items[6][4],
      at = at,
    }
    return items
  end
end

local function fromBytes(_, at, length)
  return { { "", at, length } }
end

local readers = {
  enum = function(bytes, at)
    return { { "", at, 1, byte(bytes, at + 1) } }
  end,
  u32 = function(bytes, at)
    return { { "", at, 4, u32(bytes, at) } }
  end,
  -- Numbers beyond 2^53 - 1 are refused.
  u64 = function(bytes, at)
    local value = u32(bytes, at) * 4294967296.0 + u32(bytes, at + 4)
    return value < SAFE and { { "", at, 8, math.floor(value) } } or nil
  end,
  flag = function(_, at)
    return { { "", at, 0, true } }
  end,
  text = function(bytes, at, length)
    local text = bytes:sub(at + 1, at + length)
    return isUtf8(text) and { { "", at, length, text } } or nil
  end,
  uuid = function(bytes, at)
    return { { "", at, 16, uuidText(bytes, at) } }
  end,
  bytes = fromBytes,
  ipv4 = fromBytes,
  ipv6 = fromBytes,
  context4 = contextReader(4),
  context6 = contextReader(16),
  fragment = function(bytes, at)
    local flags = u16(bytes, at + 6)
    return {
      { "", at, 10, true },
      { ".extended_id", at, 4, u32(bytes, at) },
      { ".original_id", at + 4, 2, u16(bytes, at + 4) },
      { ".dont_fragment", at + 6, 2, flags % 0x8000 >= 0x4000 },
      { ".more_fragments", at + 6, 2, flags % 0x4000 >= 0x2000 },
      { ".offset", at + 6, 2, flags % 0x2000 },
      { ".largest_seen", at + 8, 2, u16(bytes, at + 8) },
    }
  end,
  pathMetrics = function(bytes, at)
    local sent, received, count = u32(bytes, at), u32(bytes, at + 4), u16(bytes, at + 8)
    return {
      { "", at, 10, true },
      { ".tx_colour", at, 1, math.floor(sent / 0x10000000) },
      { ".tx_time", at, 4, sent % 0x10000000 },
      { ".rx_colour", at + 4, 1, math.floor(received / 0x10000000) },
      { ".rx_time", at + 4, 4, received % 0x10000000 },
      { ".drop", at + 8, 1, count >= 0x8000 },
      { ".previous_rx_count", at + 8, 2, count % 0x8000 },
    }
  end,
  modify = function(bytes, at)
    local value = u16(bytes, at)
    return {
      { "", at, 2, true },
      { ".flag_f", at, 1, value >= 0x8000 },
      { ".flag_d", at, 1, value % 0x8000 >= 0x4000 },
      { ".sequence", at, 2, value % 0x1000 },
    }
  end,
  multicastGroup = function(bytes, at, length)
    local family = byte(bytes, at + 1)
    local size = family == 4 and 4 or family == 6 and 16 or 0
    if size == 0 or length ~= 3 + 2 * size then
      return nil
    end
    return {
      { "", at, length, true },
      { ".flags", at + 1, 1, byte(bytes, at + 2) },
      { ".source", at + 2, size, addressText(bytes, at + 2, size) },
      { ".group", at + 2 + size, size, addressText(bytes, at + 2 + size, size) },
      { ".protocol", at + 2 + 2 * size, 1, byte(bytes, at + 3 + 2 * size) },
    }
  end,
  multicastEgressList = function(bytes, at, length)
    local finish, count, items = at + length, u16(bytes, at), {}
    at = at + 2
    while #items < count do
      local size = at < finish and byte(bytes, at + 1)
      if not size or at + 1 + size > finish then
        return nil
      end
      local name = bytes:sub(at + 2, at + 1 + size)
      if not isUtf8(name) then
        return nil
      end
      items[#items + 1] = { "", at + 1, size, name }
      at = at + 1 + size
    end
    return at == finish and items or nil
  end,
}

-- ---- protobuf

-- A number of at most ten bytes, and where it ends; nothing if it does not end within bytes[at, finish).
local function varint(bytes, at, finish)
  local value, scale = 0.0, 1.0
  for i = 0, 9 do
    if at + i >= finish then
      return nil
    end
    local b = byte(bytes, at + i + 1)
    value, scale = value + (b % 128) * scale, scale * 128
    if b < 128 then
      return value < SAFE and math.floor(value) or value, at + i + 1
    end
  end
  return nil
end

local fixedLengths = { [1] = 8, [5] = 4 }

-- The fields of a message by name, each { value or offset of the bytes, offset, length }; lists of them where a field is
-- repeated. `unknown` counts what the message has and its description has not. Nothing if the bytes are no message.
local function readMessage(bytes, at, finish, description)
  local message = { unknown = 0 }
  while at < finish do
    local start, tag, wire = at, nil, nil
    tag, at = varint(bytes, at, finish)
    if not tag or tag < 8 or tag > 0xffffffff then
      return nil
    end
    wire = tag % 8
    local field = description[math.floor(tag / 8)]
    local value, length
    if wire == 0 then
      value, at = varint(bytes, at, finish)
      if not value then
        return nil
      end
      length = at - start
    elseif wire == 2 then
      length, at = varint(bytes, at, finish)
      if not length or at + length > finish then
        return nil
      end
      if field and field.isText and not isUtf8(bytes:sub(at + 1, at + length)) then
        return nil
      end
      value, start, at = at, at, at + length
    elseif fixedLengths[wire] then
      at = at + fixedLengths[wire]
      if at > finish then
        return nil
      end
    else
      return nil
    end
    if not field or field.wire ~= wire then
      message.unknown = message.unknown + 1
    elseif field.repeated then
      message[field.name] = message[field.name] or {}
      table.insert(message[field.name], { value, start, length })
    else
      message[field.name] = { value, start, length }
    end
  end
  return message
end

-- The items of an attribute whose message holds it as a scalar; nothing if that makes no value.
local scalars = {
  uint32 = function(value)
    return value % 4294967296
  end,
  uint64 = function(value)
    return value < SAFE and value or nil
  end,
  enum = function(value)
    return value <= 255 and value or nil
  end,
  bool = function(value)
    return value ~= 0 or nil
  end,
}

local function itemsOfMessageField(bytes, attribute, field)
  local value, at, length = field[1], field[2], field[3]
  local scalar = scalars[attribute.proto]
  if scalar then
    local read = scalar(value)
    return read and { { "", at, length, read } }
  end
  if length < attribute.min or length > attribute.max then
    return nil
  end
  return readers[attribute.kind](bytes, at, length)
end

-- ---- metadata

local attributesByType, attributesByProto = {}, { header = {}, payload = {} }
for _, attribute in ipairs(ATTRIBUTES) do
  attributesByType[attribute.type] = attributesByType[attribute.type] or {}
  table.insert(attributesByType[attribute.type], attribute)
  attributesByProto[attribute.section][attribute.name] = attribute
end

local function findAttribute(type, length)
  local candidates = attributesByType[type]
  if not candidates then
    return nil
  end
  for _, attribute in ipairs(candidates) do
    if length >= attribute.min and length <= attribute.max then
      return attribute
    end
  end
  return nil, "attribute-length"
end

local sectionOfMessage = { [MESSAGE_TYPES.header] = "header", [MESSAGE_TYPES.payload] = "payload" }

local function keep(found, attribute, items, at, length)
  if not items then
    return "attribute-value"
  end
  table.insert(found.list, { attribute = attribute, items = items, at = at, length = length })
  found[attribute.name] = items
end

-- Both readers of a section return a fault and where it is, or nothing.
local function readTlvs(bytes, at, finish, section, found)
  local count = 0
  while at < finish do
    if count == TLV_COUNT_MAX then
      return "too-many-tlvs", at
    end
    if finish - at < 4 then
      return "truncated-tlv", at
    end
    local type, length = u16(bytes, at), u16(bytes, at + 2)
    if at + 4 + length > finish then
      return "truncated-tlv", at
    end
    local attribute, fault = findAttribute(type, length)
    if fault then
      return fault, at
    elseif not attribute then
      if sectionOfMessage[type] then
        return "mixed-encodings", at
      end
      table.insert(found.unknown, { type = type, at = at, length = 4 + length })
    elseif attribute.section ~= section and not attribute.anySection then
      return "wrong-section", at
    elseif found[attribute.name] then
      return "duplicate-attribute", at
    else
      fault = keep(found, attribute, readers[attribute.kind](bytes, at + 4, length), at, 4 + length)
      if fault then
        return fault, at
      end
    end
    at, count = at + 4 + length, count + 1
  end
end

local function readSectionMessage(bytes, at, finish, section, found)
  if at == finish then
    return
  end
  if finish - at < 4 or u16(bytes, at) ~= MESSAGE_TYPES[section] then
    return "mixed-encodings", at
  end
  local messageEnd = at + 4 + u16(bytes, at + 2)
  if messageEnd ~= finish then
    return messageEnd > finish and "truncated-tlv" or "mixed-encodings", at
  end
  local message = readMessage(bytes, at + 4, finish, MESSAGES[section])
  if not message then
    return "invalid-protobuf", at
  end
  found.messages[section] = { at = at + 4, length = messageEnd - at - 4 }
  for _, attribute in ipairs(ATTRIBUTES) do
    local field = attribute.section == section and message[attribute.name]
    if field then
      local fault = keep(found, attribute, itemsOfMessageField(bytes, attribute, field), field[2], field[3])
      if fault then
        return fault, at
      end
    end
  end
  found.unknownFields = found.unknownFields + message.unknown
end

local function baseHeaderFault(bytes, at, finish)
  if finish - at < 12 then
    return "truncated-header"
  end
  local lengths = u16(bytes, at + 8)
  local header = lengths % 0x1000
  local length = header + u16(bytes, at + 10)
  if math.floor(lengths / 0x1000) ~= METADATA_VERSION then
    return "wrong-version"
  elseif header < 12 then
    return "header-length"
  elseif length > finish - at then
    return "exceeds-packet"
  elseif length > METADATA_LENGTH_MAX then
    return "too-long"
  end
end

local function startsMessage(bytes, at, finish, section)
  return finish - at >= 4 and u16(bytes, at) == MESSAGE_TYPES[section]
end

-- Takes the block of metadata at `at` of bytes[at, finish) apart, as far as it can be understood without keys.
local function readBlock(bytes, at, finish)
  local block = { at = at, list = {}, unknown = {}, unknownFields = 0, messages = {}, encryption = "none" }
  block.fault = baseHeaderFault(bytes, at, finish)
  if block.fault then
    block.faultAt, block.finish = at + 8, finish
    return block
  end
  block.headerEnd = at + u16(bytes, at + 8) % 0x1000
  block.finish = block.headerEnd + u16(bytes, at + 10)
  local isProtobuf = startsMessage(bytes, at + 12, block.headerEnd, "header")
  local payloadIsProtobuf = startsMessage(bytes, block.headerEnd, block.finish, "payload")
  block.encoding = (isProtobuf or payloadIsProtobuf) and "protobuf" or "tlv"
  local read = block.encoding == "protobuf" and readSectionMessage or readTlvs
  block.fault, block.faultAt = read(bytes, at + 12, block.headerEnd, "header", block)
  if block.fault then
    return block
  end
  -- Without their list, payload attributes that turn out to be encrypted leave nothing behind.
  local headerCount, headerUnknown = #block.list, #block.unknown
  block.fault, block.faultAt = read(bytes, block.headerEnd, block.finish, "payload", block)
  block.headerCount, block.headerUnknown = headerCount, headerUnknown
  -- A key is named, and the payload attributes make no sense as they are: that is what encrypted ones look like.
  if block.fault and block.security_id then
    for i = #block.list, headerCount + 1, -1 do
      block[block.list[i].attribute.name] = nil
      block.list[i] = nil
    end
    for i = #block.unknown, headerUnknown + 1, -1 do
      block.unknown[i] = nil
    end
    block.messages.payload = nil
    block.fault, block.faultAt, block.encryption = nil, nil, "unread"
    block.encoding = isProtobuf and "protobuf" or "tlv"
  end
  return block
end

local function hasCookie(bytes, at)
  return bytes:sub(at + 1, at + 8) == COOKIE
end

local function isFragmentBlock(bytes, at)
  if u16(bytes, at + 8) % 0x1000 < 17 then
    return false
  end
  local type = u16(bytes, at + 12)
  -- In protobuf: field 1 with a length before it.
  return type == 1 or (type == MESSAGE_TYPES.header and byte(bytes, at + 17) == 0x0a)
end

-- What SVR makes of a UDP payload that is not known to be of a session; nothing if it is nothing of SVR's.
local function kindOf(bytes, pinfo)
  if (pinfo.dst_port == BFD_PORT or pinfo.src_port == BFD_PORT) and #bytes >= BFD_LENGTH and hasCookie(bytes, BFD_LENGTH) then
    return "bfd"
  elseif not hasCookie(bytes, 0) then
    return nil
  elseif baseHeaderFault(bytes, 0, #bytes) then
    return "malformed"
  elseif u16(bytes, 8) % 0x1000 == 12 and u16(bytes, 10) == 0 then
    return "marker"
  end
  return isFragmentBlock(bytes, 0) and "fragment" or "metadata"
end

-- ---- sessions: what is known after each packet, in the order of the file
--
-- Two ends, by address and port, belong to a session: as waypoints, or as the hosts that it is between. What was known
-- of a packet when the file was read stays with it, so that looking at it again shows the same.

local owners, sessions, trailers, states
local addressNumbers, addressCount

local function forget()
  owners, sessions, trailers, states = {}, {}, {}, {}
  addressNumbers, addressCount = {}, 0
end
svr.init = forget
forget()

-- A number that stands for an address. Its text is not enough: that may be a name, which several addresses have.
local function numberOf(address)
  local text = tostring(address)
  local alike = addressNumbers[text]
  if not alike then
    alike = {}
    addressNumbers[text] = alike
  end
  for i = 1, #alike do
    if alike[i].address == address then
      return alike[i].number
    end
  end
  addressCount = addressCount + 1
  alike[#alike + 1] = { address = address, number = addressCount }
  return addressCount
end

local function endOf(addressNumber, port)
  return addressNumber * 65536 + port
end

local function pairOf(one, other)
  return one < other and one .. "|" .. other or other .. "|" .. one
end

local function contextOf(block)
  for i = 1, #CONTEXTS do
    local items = block[CONTEXTS[i][1]]
    if items then
      return items.context, CONTEXTS[i][2]
    end
  end
end

local function textOf(block, name)
  return block[name] and block[name][1][4]
end

-- Metadata about the packet's session: its own, or that of the packet whose first fragment it is.
local function sessionBlock(bytes, kind, block)
  if kind ~= "fragment" or not block.fragment or block.fragment[6][4] ~= 0 or not hasCookie(bytes, block.finish) then
    return block
  end
  return readBlock(bytes, block.finish, #bytes)
end

local function sessionOf(block, context, direction)
  local uuid = textOf(block, "session_uuid")
  if not uuid and not context then
    return nil
  end
  local text
  if context then
    local function from(address, port)
      return addressText(address, 0, context.size) .. "-" .. port
    end
    local source, destination = from(context.source, context.sourcePort), from(context.destination, context.destinationPort)
    if direction == "reverse" then
      source, destination = destination, source
    end
    text = source .. "-" .. destination .. "-" .. context.protocol
  end
  local id = uuid or text
  if not sessions[id] then
    sessions[id] = {
      id = id,
      hasUuid = uuid ~= nil,
      context = context,
      contextText = text,
      contextDirection = direction,
      service = textOf(block, "service"),
      tenant = textOf(block, "tenant"),
      router = textOf(block, "source_router"),
      isEncrypted = block.session_payload_encrypted ~= nil,
    }
  end
  return sessions[id], text
end

local function bindHosts(tvb, session, context, direction)
  if context.protocol ~= 17 then
    return
  end
  local function addressAt(at)
    local range = tvb(at, context.size)
    return numberOf(context.size == 4 and range:ipv4() or range:ipv6())
  end
  local source = endOf(addressAt(context.at), context.sourcePort)
  local destination = endOf(addressAt(context.at + context.size), context.destinationPort)
  local key = pairOf(source, destination)
  local from = direction == "forward" and source or destination
  owners[key] = { session = session, from = from, isBetween = false }
end

-- The owner of the two ends after a packet with metadata.
local function learn(tvb, block, owner, key, source, destination)
  local context, direction = contextOf(block)
  local session, text = sessionOf(block, context, direction)
  if not session then
    return owner
  end
  local known = owner and owner.session
  -- Metadata that names no session, on ends that are known, is about the session there unless its context is another.
  if known and not session.hasUuid and (known.hasUuid or known.contextText == text) then
    session = known
  end
  if known == session and not direction then
    return owner
  end
  local from = direction == "reverse" and destination or source
  if known == session and owner.from == from and owner.isBetween then
    return owner
  end
  owners[key] = { session = session, from = from, isBetween = true, bare = {} }
  if context then
    bindHosts(tvb, session, context, direction)
  end
  return owners[key]
end

-- What a packet of routers' own leaves over behind its metadata tells how long trailers are between its ends.
local function learnTrailer(bytes, kind, block, hosts)
  local finish
  if kind == "bfd" then
    finish = not baseHeaderFault(bytes, BFD_LENGTH, #bytes) and BFD_LENGTH + u16(bytes, BFD_LENGTH + 8) % 0x1000
  elseif block and block.control_message and not block.fault then
    finish = block.finish
  end
  local length = finish and #bytes - finish
  for _, trailer in ipairs(TRAILERS) do
    if trailer[2] == length then
      trailers[hosts] = length
    end
  end
end

-- What is known of a packet: { kind, session, direction, trailer, isRecovery }; false if it is nothing of SVR's.
local function see(tvb, bytes, pinfo)
  local sourceAddress, destinationAddress = numberOf(pinfo.src), numberOf(pinfo.dst)
  local source, destination = endOf(sourceAddress, pinfo.src_port), endOf(destinationAddress, pinfo.dst_port)
  local key, hosts = pairOf(source, destination), pairOf(sourceAddress, destinationAddress)
  local owner = owners[key]
  if owner and not owner.isBetween then
    return false
  end
  local kind = kindOf(bytes, pinfo)
  local block = kind and kind ~= "bfd" and readBlock(bytes, 0, #bytes)
  local isRecovery = false
  if kind == "metadata" or kind == "fragment" then
    local told = sessionBlock(bytes, kind, block)
    local before = owner
    owner = learn(tvb, told, owner, key, source, destination)
    isRecovery = before ~= nil and before == owner and owner.bare[source] == true and contextOf(told) ~= nil
  end
  if kind == "bfd" then
    owner = nil
  end
  if not kind and not owner then
    return false
  end
  if owner and (kind == nil or isRecovery) then
    owner.bare[source] = kind == nil
  end
  learnTrailer(bytes, kind, block, hosts)
  local trailer = svr.prefs.trailer
  if trailer == TRAILER_LEARNT then
    trailer = trailers[hosts]
  elseif trailer == TRAILER_NONE then
    trailer = nil
  end
  return {
    kind = kind or "bare",
    session = owner and owner.session,
    direction = owner and (owner.from == source and "forward" or "reverse"),
    trailer = trailer and trailer <= #bytes and trailer or nil,
    isRecovery = isRecovery,
  }
end

local function stateOf(tvb, bytes, pinfo)
  local key = pinfo.number * 65536 + tvb:offset()
  local state = states[key]
  if state == nil and not pinfo.visited then
    state = see(tvb, bytes, pinfo)
    -- Most of what is not SVR's is seen once more at most: only its session's packets are remembered.
    states[key] = state or nil
  end
  return state
end

-- ---- what is shown

-- Adds a field by its name; without a value it is taken from the bytes.
local function add(tree, name, range, value)
  if value == nil then
    return tree:add(fields[name], range)
  elseif kindOfField[name] == "enum" and type(value) == "string" then
    value = codeOf[name][value]
  elseif kindOfField[name] == "uint64" then
    value = UInt64(value % 4294967296, math.floor(value / 4294967296))
  end
  return tree:add(fields[name], range, value)
end

local function addGenerated(tree, name, tvb, value)
  if value == nil then
    return
  end
  local item = add(tree, name, tvb(0, 0), value)
  item:set_generated()
  return item
end

-- Fields of the types that TLV and protobuf share; of a protobuf scalar only the whole is there.
local function addItems(tree, tvb, attribute, entry)
  local subtree
  for _, item in ipairs(entry.items) do
    local suffix, at, length, value = item[1], item[2], item[3], item[4]
    local range = length > 0 and tvb(at, length) or tvb(entry.at, entry.length)
    local added = add(subtree or tree, attribute.field .. suffix, range, value)
    if suffix == "" and #entry.items > 1 and attribute.hasParts then
      subtree = added
    end
  end
end

local function addContext(tree, tvb, block)
  local context, direction = contextOf(block)
  if not context then
    return
  end
  local at, size = context.at, context.size
  local text = { addressText(context.source, 0, size), addressText(context.destination, 0, size) }
  addGenerated(tree, "svr.context", tvb, direction)
  addGenerated(tree, "svr.context.src", tvb, text[1])
  addGenerated(tree, "svr.context.dst", tvb, text[2])
  addGenerated(tree, "svr.context.srcport", tvb, context.sourcePort)
  addGenerated(tree, "svr.context.dstport", tvb, context.destinationPort)
  addGenerated(tree, "svr.context.proto", tvb, context.protocol)
  return at
end

local protobufDissector = Dissector.get("protobuf")

-- Errors of other dissectors stay where they are: they have shown them.
local function callOther(dissector, tvb, pinfo, tree)
  if dissector then
    pcall(dissector.call, dissector, tvb, pinfo, tree)
  end
end

local function addMessage(tvb, pinfo, tree, at, length, name)
  if not svr.prefs.protobuf or length == 0 then
    return
  end
  pinfo.private["pb_msg_type"] = "message,svr.v1." .. name
  callOther(protobufDissector, tvb(at, length):tvb(), pinfo, tree)
end

local function addFault(tree, tvb, reason, at)
  local from = math.min(at, tvb:captured_len())
  local item = tree:add(fields.malformed, tvb(from, tvb:captured_len() - from), reason)
  item:add(fields.malformedOffset, tvb(from, 0), tvb:offset() + at):set_generated()
  item:add_proto_expert_info(experts.malformed, reason .. ": " .. (FAULTS[reason] or reason))
end

local function addBaseHeader(tree, tvb, at, finish)
  tree:add(fields.cookie, tvb(at, 8))
  if finish - at < 12 then
    return
  end
  add(tree, "svr.version", tvb(at + 8, 1), math.floor(tvb(at + 8, 1):uint() / 16))
  add(tree, "svr.header_length", tvb(at + 8, 2), tvb(at + 8, 2):uint() % 0x1000)
  add(tree, "svr.payload_length", tvb(at + 10, 2), tvb(at + 10, 2):uint())
end

local messageNames = { header = "HeaderAttributes", payload = "PayloadAttributes" }

local function addSection(tree, tvb, pinfo, block, section)
  local from, to = block.at + 12, block.headerEnd
  local first, last = 1, block.headerCount or #block.list
  local firstUnknown, lastUnknown = 1, block.headerUnknown or #block.unknown
  if section == "payload" then
    from, to = block.headerEnd, block.finish
    first, last = last + 1, #block.list
    firstUnknown, lastUnknown = lastUnknown + 1, #block.unknown
  end
  if from == to then
    return
  end
  local subtree = tree:add(fields.section, tvb(from, to - from))
  subtree:set_text(section == "header" and "Header attributes" or "Payload attributes")
  if section == "payload" and block.encryption == "unread" then
    subtree:append_text(", encrypted: " .. to - from .. " bytes")
    subtree:add_proto_expert_info(experts.encrypted)
    return
  end
  for i = first, last do
    addItems(subtree, tvb, block.list[i].attribute, block.list[i])
  end
  for i = firstUnknown, lastUnknown do
    local unknown = block.unknown[i]
    subtree
      :add(fields.unknown, tvb(unknown.at, unknown.length), unknown.type)
      :add_proto_expert_info(experts.unknown, "Attribute of unknown type " .. unknown.type)
  end
  local message = block.messages[section]
  if message then
    addMessage(tvb, pinfo, subtree, message.at, message.length, messageNames[section])
  end
end

local function addBlock(tree, tvb, pinfo, block)
  local subtree = tree:add(fields.block, tvb(block.at, math.min(block.finish, tvb:captured_len()) - block.at))
  addBaseHeader(subtree, tvb, block.at, tvb:captured_len())
  if block.fault then
    addGenerated(subtree, "svr.encryption", tvb, "none")
    addFault(subtree, tvb, block.fault, block.faultAt)
    return
  end
  addGenerated(subtree, "svr.encoding", tvb, block.encoding)
  addGenerated(subtree, "svr.encryption", tvb, block.encryption)
  addSection(subtree, tvb, pinfo, block, "header")
  addSection(subtree, tvb, pinfo, block, "payload")
  local unknown = #block.unknown + block.unknownFields
  if unknown > 0 then
    addGenerated(subtree, "svr.unknown_attributes", tvb, unknown)
  end
  addContext(subtree, tvb, block)
  if block.session_health_check then
    subtree:add_proto_expert_info(experts.healthCheck)
  end
  if textOf(block, "control_message") == CONTROL_ENABLE_METADATA then
    subtree:add_proto_expert_info(experts.enableMetadata)
  end
end

local function addTrailer(tree, tvb, state)
  local at = tvb:captured_len() - state.trailer
  local item = add(tree, "svr.hmac", tvb(at, state.trailer), "unchecked")
  addGenerated(item, "svr.hmac.length", tvb, state.trailer)
  for i, name in ipairs({ "svr.hmac.sequence", "svr.hmac.time", "svr.hmac.sender" }) do
    local range = tvb(at + 4 * (i - 1), 4)
    add(item, name, range, range:uint())
  end
  item:add(fields.digest, tvb(at + 12, state.trailer - 12))
end

local function addSession(tree, tvb, state)
  local session = state.session
  local item = addGenerated(tree, "svr.session", tvb, session.id)
  addGenerated(item, "svr.session.service", tvb, session.service)
  addGenerated(item, "svr.session.tenant", tvb, session.tenant)
  addGenerated(item, "svr.session.router", tvb, session.router)
  addGenerated(item, "svr.session.direction", tvb, state.direction)
end

-- ---- BFD

local bfdDissector = DissectorTable.get("udp.port"):get_dissector(PLAIN_BFD_PORT)
local echoKinds = { [1] = "request", [2] = "reply" }

-- The value of a field that has 32 bits; 0 if it is not there.
local function u32Of(field)
  return field and field[1] % 4294967296 or 0
end

-- What BfdMetadata says, as items { name of the field, offset, length, value }; nothing if it makes no sense.
local function bfdItems(bytes, at, finish)
  local message = readMessage(bytes, at, finish, MESSAGES.bfd)
  if not message then
    return nil
  end
  local items, isSound = {}, true
  local function put(name, field, value)
    table.insert(items, { "svr.bfd." .. name, field[2], field[3], value })
  end
  local function text(name)
    local field = message[name] or { at, at, 0 }
    local value = bytes:sub(field[2] + 1, field[2] + field[3])
    isSound = isSound and #value <= BFD_NAME_MAX
    put(name, field, value)
  end
  local function number(name)
    put(name, message[name] or { 0, at, 0 }, u32Of(message[name]))
  end
  local function endlessNumber(name)
    local field = message[name] or { 0, at, 0 }
    isSound = isSound and field[1] < SAFE
    put(name, field, field[1])
  end
  local function optionalNumber(name)
    if message[name] then
      put(name, message[name], u32Of(message[name]))
    end
  end
  local function optionalPercent(name)
    if message[name] then
      put(name, message[name], math.min(100, u32Of(message[name]) / 10000))
    end
  end
  local function endPoint(name, isNeeded)
    local address, port = message[name .. "_address"], message[name .. "_port"]
    if not isNeeded and (not address or address[3] == 0) then
      return
    end
    local size = address and address[3]
    isSound = isSound and (size == 4 or size == 16) and u32Of(port) > 0 and u32Of(port) <= 0xffff
    if isSound then
      put(name, address, addressText(bytes, address[2], size))
      put(name .. "_port", port, u32Of(port))
    end
  end
  local function exchange(name, description, parts)
    local field = message[name]
    local inner = field and readMessage(bytes, field[2], field[2] + field[3], description)
    if not field then
      return
    end
    local kind = inner and inner.kind and echoKinds[inner.kind[1]]
    isSound = isSound and kind ~= nil
    if kind then
      put(name, field, kind)
      for _, part in ipairs(parts) do
        put(name .. "." .. part, inner[part] or field, u32Of(inner[part]))
      end
    end
  end
  text("router")
  text("node")
  text("path_id")
  endPoint("source", true)
  endPoint("observed", false)
  optionalNumber("key_index")
  endlessNumber("boot_counter")
  number("failover_counter")
  for _, field in ipairs(message.service_loads or {}) do
    local load = readMessage(bytes, field[2], field[2] + field[3], MESSAGES.load)
    isSound = isSound and load ~= nil
    if load then
      local service = load.service and bytes:sub(load.service[2] + 1, load.service[2] + load.service[3]) or ""
      put("load", field, service .. "=" .. string.format("%d", u32Of(load.sessions)))
    end
  end
  optionalPercent("live_loss")
  exchange("echo", MESSAGES.echo, { "burst", "index" })
  exchange("mtu_probe", MESSAGES.probe, { "number", "size" })
  return isSound and items or nil
end

-- Why the control packet is to be discarded (RFC 5880, section 6.8.6); nothing if it is not.
local function controlFault(bytes)
  local version, _, multiplier, length = byte(bytes, 1, 4)
  local flags = byte(bytes, 2) % 64
  local isAuthenticated = flags % 8 >= 4
  local isIdle = byte(bytes, 2) < 128
  if math.floor(version / 32) ~= 1 then
    return "wrong-version"
  elseif length < (isAuthenticated and 26 or BFD_LENGTH) or length > #bytes then
    return "wrong-length"
  elseif multiplier == 0 then
    return "zero-detect-multiplier"
  elseif flags % 2 == 1 then
    return "multipoint"
  elseif u32(bytes, 4) == 0 then
    return "zero-my-discriminator"
  elseif u32(bytes, 8) == 0 and not isIdle then
    return "zero-your-discriminator"
  end
end

local purposes = { ["svr.bfd.echo"] = "echo", ["svr.bfd.mtu_probe"] = "MTU probe" }

-- Returns what the packet is for, if it is for more than the session of BFD.
local function addBfdBlock(tree, tvb, bytes, pinfo)
  local at, finish = BFD_LENGTH, #bytes
  local fault = baseHeaderFault(bytes, at, finish)
  local blockEnd = fault and finish or at + u16(bytes, at + 8) % 0x1000
  local subtree = tree:add(fields.block, tvb(at, blockEnd - at))
  addBaseHeader(subtree, tvb, at, finish)
  local isMessage = not fault and blockEnd >= at + 16 and u16(bytes, at + 12) == MESSAGE_TYPES.bfd
  local items = isMessage and bfdItems(bytes, at + 16, blockEnd)
  local controlReason = controlFault(bytes)
  if controlReason then
    addFault(tree, tvb, controlReason, 0)
  elseif not items then
    addFault(subtree, tvb, "bad-bfd-metadata", at)
  end
  if not items then
    return ", malformed"
  end
  local purpose = ""
  for _, item in ipairs(items) do
    add(subtree, item[1], tvb(item[2], item[3]), item[4])
    purpose = purposes[item[1]] and ", " .. purposes[item[1]] .. " " .. item[4] or purpose
  end
  addMessage(tvb, pinfo, subtree, at + 16, blockEnd - at - 16, "BfdMetadata")
  return purpose
end

-- ---- what is carried

local innerDissectors = { [1] = Dissector.get("icmp"), [6] = Dissector.get("tcp"), [58] = Dissector.get("icmpv6") }
local udpPorts = DissectorTable.get("udp.port")
local isInside = false

-- Encrypted payload does not tell that it is encrypted: but its ports would not be those of the session.
local function isHeaderOf(context, state, bytes, at, finish)
  if context.protocol ~= 6 then
    return finish - at >= 8
  end
  if finish - at < 20 or at + math.floor(byte(bytes, at + 13) / 16) * 4 > finish then
    return false
  end
  local own, other = context.sourcePort, context.destinationPort
  if state.direction ~= state.session.contextDirection then
    own, other = other, own
  end
  return u16(bytes, at) == own and u16(bytes, at + 2) == other
end

local function dissectContent(range, bytes, pinfo, root, state, at, finish)
  local context = state.session and state.session.context
  if not svr.prefs.content or not context or state.session.isEncrypted or state.kind == "fragment" or isInside then
    return
  end
  isInside = true
  local inner = innerDissectors[context.protocol]
  if inner and isHeaderOf(context, state, bytes, at, finish) then
    callOther(inner, range:tvb(), pinfo, root)
  elseif context.protocol == 17 then
    local port = state.session.contextDirection == "forward" and context.destinationPort or context.sourcePort
    callOther(udpPorts:get_dissector(port), range:tvb(), pinfo, root)
  end
  isInside = false
end

-- ---- the packet

local phrases = {
  control = function(block)
    local code = textOf(block, "control_message")
    return code and "control " .. (wordOf["svr.control"][code] or code)
  end,
  check = function(block)
    local code = textOf(block, "session_health_check")
    return code and "health check " .. (wordOf["svr.health_check"][code] or code)
  end,
  fragment = function(block)
    local items = block.fragment
    local more = items and items[5][4] and ", more follow" or ""
    return items and string.format("fragment %d at %d%s", items[2][4], items[6][4] * 8, more)
  end,
}

local function describe(state, block)
  local words = { state.kind }
  if block and not block.fault then
    words = {}
    for _, name in ipairs({ "control", "check", "fragment" }) do
      words[#words + 1] = phrases[name](block) or nil
    end
    if contextOf(block) or #words == 0 then
      words[#words + 1] = state.kind == "marker" and "false-positive marker" or state.kind
    end
    if block.encryption == "unread" then
      words[#words + 1] = "encrypted"
    end
  elseif block then
    words = { "malformed: " .. block.fault }
  end
  if state.session then
    words[#words + 1] = state.direction .. " of " .. (state.session.service or state.session.id)
  end
  if state.isRecovery then
    words[#words + 1] = "metadata again"
  end
  return table.concat(words, ", ")
end

local function dissectSession(tree, tvb, bytes, pinfo, root, state)
  local block = state.kind ~= "bare" and readBlock(bytes, 0, #bytes)
  local at = block and block.finish or 0
  local finish = #bytes - (state.trailer or 0)
  if block then
    addBlock(tree, tvb, pinfo, block)
  end
  if state.isRecovery then
    tree:add_proto_expert_info(experts.recovery)
  end
  if state.session then
    addSession(tree, tvb, state)
  end
  if state.kind ~= "malformed" and finish > at then
    local range = tvb(at, finish - at)
    local item = tree:add(fields.content, range)
    if state.session and state.session.isEncrypted then
      item:append_text(" (encrypted)")
    end
    addGenerated(item, "svr.content_length", tvb, finish - at)
    dissectContent(range, bytes, pinfo, root, state, at, finish)
  end
  return describe(state, block)
end

local function dissect(tvb, bytes, pinfo, root, state)
  local tree = root:add(svr, tvb())
  addGenerated(tree, "svr.kind", tvb, state.kind)
  local info
  if state.kind == "bfd" then
    callOther(bfdDissector, tvb(0, BFD_LENGTH):tvb(), pinfo, root)
    info = "BFD " .. BFD_STATES[math.floor(byte(bytes, 2) / 64) + 1]
    info = info .. addBfdBlock(tree, tvb, bytes, pinfo)
  else
    info = dissectSession(tree, tvb, bytes, pinfo, root, state)
  end
  if state.trailer then
    addTrailer(tree, tvb, state)
  end
  tree:append_text(", " .. info)
  pinfo.cols.protocol = "SVR"
  pinfo.cols.info = info
end

-- How many bytes of the packet are SVR's: all or none.
function svr.dissector(tvb, pinfo, root)
  if isInside or pinfo.in_error_pkt or tvb:captured_len() == 0 then
    return 0
  end
  local bytes = tvb:raw()
  local state = stateOf(tvb, bytes, pinfo)
  if not state then
    return 0
  end
  dissect(tvb, bytes, pinfo, root, state)
  -- From here on the two ends are SVR's, whatever other protocol has one of the ports.
  if not pinfo.visited and state.session and state.kind ~= "bare" then
    pinfo.conversation = svr
  end
  return tvb:captured_len()
end

svr:register_heuristic("udp", function(tvb, pinfo, root)
  return svr.dissector(tvb, pinfo, root) > 0
end)
DissectorTable.get("udp.port"):add(BFD_PORT, svr)
