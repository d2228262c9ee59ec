// Generated from bfd.proto by scripts/proto.sh; do not edit.
/* eslint-disable */
// @ts-nocheck
import type * as Types from './bfd-types.d.ts';
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

const $root = $protobuf.roots["proto/svr/v1/bfd.proto"] || ($protobuf.roots["proto/svr/v1/bfd.proto"] = {});

export const svr: typeof Types.svr = $root.svr = (() => {

    const svr = {};

    svr.v1 = (function() {

        const v1 = {};

        v1.BfdMetadata = (function() {

            const BfdMetadata = function (properties) {
                this.serviceLoads = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            BfdMetadata.prototype.router = "";
            BfdMetadata.prototype.node = "";
            BfdMetadata.prototype.pathId = "";
            BfdMetadata.prototype.sourceAddress = $util.newBuffer([]);
            BfdMetadata.prototype.sourcePort = 0;
            BfdMetadata.prototype.observedAddress = $util.newBuffer([]);
            BfdMetadata.prototype.observedPort = 0;
            BfdMetadata.prototype.keyIndex = null;
            BfdMetadata.prototype.bootCounter = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            BfdMetadata.prototype.failoverCounter = 0;
            BfdMetadata.prototype.serviceLoads = $util.emptyArray;
            BfdMetadata.prototype.echo = null;
            BfdMetadata.prototype.liveLoss = null;
            BfdMetadata.prototype.mtuProbe = null;

            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(BfdMetadata.prototype, "_keyIndex", {
                get: $util.oneOfGetter($oneOfFields = ["keyIndex"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(BfdMetadata.prototype, "_liveLoss", {
                get: $util.oneOfGetter($oneOfFields = ["liveLoss"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            BfdMetadata.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.router != null && $Object.hasOwnProperty.call(message, "router") && message.router !== "")
                    writer.uint32(10).string(message.router);
                if (message.node != null && $Object.hasOwnProperty.call(message, "node") && message.node !== "")
                    writer.uint32(18).string(message.node);
                if (message.pathId != null && $Object.hasOwnProperty.call(message, "pathId") && message.pathId !== "")
                    writer.uint32(26).string(message.pathId);
                if (message.sourceAddress != null && $Object.hasOwnProperty.call(message, "sourceAddress") && message.sourceAddress.length)
                    writer.uint32(34).bytes(message.sourceAddress);
                if (message.sourcePort != null && $Object.hasOwnProperty.call(message, "sourcePort") && message.sourcePort !== 0)
                    writer.uint32(40).uint32(message.sourcePort);
                if (message.observedAddress != null && $Object.hasOwnProperty.call(message, "observedAddress") && message.observedAddress.length)
                    writer.uint32(50).bytes(message.observedAddress);
                if (message.observedPort != null && $Object.hasOwnProperty.call(message, "observedPort") && message.observedPort !== 0)
                    writer.uint32(56).uint32(message.observedPort);
                if (message.keyIndex != null && $Object.hasOwnProperty.call(message, "keyIndex"))
                    writer.uint32(64).uint32(message.keyIndex);
                if (message.bootCounter != null && $Object.hasOwnProperty.call(message, "bootCounter") && (typeof message.bootCounter === "object" ? message.bootCounter.low || message.bootCounter.high : message.bootCounter !== 0))
                    writer.uint32(72).uint64(message.bootCounter);
                if (message.failoverCounter != null && $Object.hasOwnProperty.call(message, "failoverCounter") && message.failoverCounter !== 0)
                    writer.uint32(80).uint32(message.failoverCounter);
                if (message.serviceLoads != null && message.serviceLoads.length)
                    for (let i = 0; i < message.serviceLoads.length; ++i)
                        $root.svr.v1.ServiceLoad.encode(message.serviceLoads[i], writer.uint32(90).fork(), _depth + 1).ldelim();
                if (message.echo != null && $Object.hasOwnProperty.call(message, "echo"))
                    $root.svr.v1.Echo.encode(message.echo, writer.uint32(98).fork(), _depth + 1).ldelim();
                if (message.liveLoss != null && $Object.hasOwnProperty.call(message, "liveLoss"))
                    writer.uint32(104).uint32(message.liveLoss);
                if (message.mtuProbe != null && $Object.hasOwnProperty.call(message, "mtuProbe"))
                    $root.svr.v1.MtuProbe.encode(message.mtuProbe, writer.uint32(114).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            BfdMetadata.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.svr.v1.BfdMetadata();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.router = value;
                            else
                                delete message.router;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.node = value;
                            else
                                delete message.node;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.pathId = value;
                            else
                                delete message.pathId;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.sourceAddress = value;
                            else
                                delete message.sourceAddress;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sourcePort = value;
                            else
                                delete message.sourcePort;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.observedAddress = value;
                            else
                                delete message.observedAddress;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.observedPort = value;
                            else
                                delete message.observedPort;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            message.keyIndex = reader.uint32();
                            message._keyIndex = "keyIndex";
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.bootCounter = value;
                            else
                                delete message.bootCounter;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.failoverCounter = value;
                            else
                                delete message.failoverCounter;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            if (!(message.serviceLoads && message.serviceLoads.length))
                                message.serviceLoads = [];
                            message.serviceLoads.push($root.svr.v1.ServiceLoad.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.echo = $root.svr.v1.Echo.decode(reader, reader.size(), $undefined, _depth + 1, message.echo);
                            continue;
                        }
                    case 13: {
                            if (wireType !== 0)
                                break;
                            message.liveLoss = reader.uint32();
                            message._liveLoss = "liveLoss";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            message.mtuProbe = $root.svr.v1.MtuProbe.decode(reader, reader.size(), $undefined, _depth + 1, message.mtuProbe);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return BfdMetadata;
        })();

        v1.ServiceLoad = (function() {

            const ServiceLoad = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            ServiceLoad.prototype.service = "";
            ServiceLoad.prototype.sessions = 0;

            ServiceLoad.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.service != null && $Object.hasOwnProperty.call(message, "service") && message.service !== "")
                    writer.uint32(10).string(message.service);
                if (message.sessions != null && $Object.hasOwnProperty.call(message, "sessions") && message.sessions !== 0)
                    writer.uint32(16).uint32(message.sessions);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            ServiceLoad.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.svr.v1.ServiceLoad();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.service = value;
                            else
                                delete message.service;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sessions = value;
                            else
                                delete message.sessions;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ServiceLoad;
        })();

        v1.EchoKind = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "ECHO_KIND_UNSPECIFIED"] = 0;
            values[valuesById[1] = "ECHO_KIND_REQUEST"] = 1;
            values[valuesById[2] = "ECHO_KIND_REPLY"] = 2;
            return values;
        })();

        v1.Echo = (function() {

            const Echo = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Echo.prototype.kind = 0;
            Echo.prototype.burst = 0;
            Echo.prototype.index = 0;

            Echo.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== 0)
                    writer.uint32(8).int32(message.kind);
                if (message.burst != null && $Object.hasOwnProperty.call(message, "burst") && message.burst !== 0)
                    writer.uint32(16).uint32(message.burst);
                if (message.index != null && $Object.hasOwnProperty.call(message, "index") && message.index !== 0)
                    writer.uint32(24).uint32(message.index);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            Echo.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.svr.v1.Echo();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.kind = value;
                            else
                                delete message.kind;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.burst = value;
                            else
                                delete message.burst;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.index = value;
                            else
                                delete message.index;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Echo;
        })();

        v1.MtuProbe = (function() {

            const MtuProbe = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            MtuProbe.prototype.kind = 0;
            MtuProbe.prototype.number = 0;
            MtuProbe.prototype.size = 0;

            MtuProbe.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== 0)
                    writer.uint32(8).int32(message.kind);
                if (message.number != null && $Object.hasOwnProperty.call(message, "number") && message.number !== 0)
                    writer.uint32(16).uint32(message.number);
                if (message.size != null && $Object.hasOwnProperty.call(message, "size") && message.size !== 0)
                    writer.uint32(24).uint32(message.size);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            MtuProbe.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.svr.v1.MtuProbe();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.kind = value;
                            else
                                delete message.kind;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.number = value;
                            else
                                delete message.number;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.size = value;
                            else
                                delete message.size;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return MtuProbe;
        })();

        return v1;
    })();

    return svr;
})();

