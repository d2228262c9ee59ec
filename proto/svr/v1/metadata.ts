// Generated from metadata.proto by scripts/proto.sh; do not edit.
/* eslint-disable */
// @ts-nocheck
import type * as Types from './metadata-types.d.ts';
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

const $root = $protobuf.roots["proto/svr/v1/metadata.proto"] || ($protobuf.roots["proto/svr/v1/metadata.proto"] = {});

export const svr: typeof Types.svr = $root.svr = (() => {

    const svr = {};

    svr.v1 = (function() {

        const v1 = {};

        v1.ControlMessage = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "CONTROL_MESSAGE_UNKNOWN"] = 0;
            values[valuesById[1] = "CONTROL_MESSAGE_KEEP_ALIVE"] = 1;
            values[valuesById[2] = "CONTROL_MESSAGE_ENABLE_METADATA"] = 2;
            values[valuesById[3] = "CONTROL_MESSAGE_DISABLE_METADATA"] = 3;
            values[valuesById[6] = "CONTROL_MESSAGE_DELETE_SESSION"] = 6;
            values[valuesById[8] = "CONTROL_MESSAGE_SESSION_EXISTS"] = 8;
            return values;
        })();

        v1.SessionHealthCheck = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "SESSION_HEALTH_CHECK_UNSPECIFIED"] = 0;
            values[valuesById[1] = "SESSION_HEALTH_CHECK_REQUEST"] = 1;
            values[valuesById[2] = "SESSION_HEALTH_CHECK_REQUEST_TIMEOUT"] = 2;
            return values;
        })();

        v1.HeaderAttributes = (function() {

            const HeaderAttributes = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            HeaderAttributes.prototype.fragment = null;
            HeaderAttributes.prototype.securityId = null;
            HeaderAttributes.prototype.icmpErrorLocationIpv4 = null;
            HeaderAttributes.prototype.icmpErrorLocationIpv6 = null;
            HeaderAttributes.prototype.controlMessage = null;
            HeaderAttributes.prototype.pathMetrics = null;
            HeaderAttributes.prototype.sessionHealthCheck = null;

            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(HeaderAttributes.prototype, "_fragment", {
                get: $util.oneOfGetter($oneOfFields = ["fragment"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(HeaderAttributes.prototype, "_securityId", {
                get: $util.oneOfGetter($oneOfFields = ["securityId"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(HeaderAttributes.prototype, "_icmpErrorLocationIpv4", {
                get: $util.oneOfGetter($oneOfFields = ["icmpErrorLocationIpv4"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(HeaderAttributes.prototype, "_icmpErrorLocationIpv6", {
                get: $util.oneOfGetter($oneOfFields = ["icmpErrorLocationIpv6"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(HeaderAttributes.prototype, "_controlMessage", {
                get: $util.oneOfGetter($oneOfFields = ["controlMessage"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(HeaderAttributes.prototype, "_pathMetrics", {
                get: $util.oneOfGetter($oneOfFields = ["pathMetrics"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(HeaderAttributes.prototype, "_sessionHealthCheck", {
                get: $util.oneOfGetter($oneOfFields = ["sessionHealthCheck"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            HeaderAttributes.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.fragment != null && $Object.hasOwnProperty.call(message, "fragment"))
                    writer.uint32(10).bytes(message.fragment);
                if (message.securityId != null && $Object.hasOwnProperty.call(message, "securityId"))
                    writer.uint32(128).uint32(message.securityId);
                if (message.icmpErrorLocationIpv4 != null && $Object.hasOwnProperty.call(message, "icmpErrorLocationIpv4"))
                    writer.uint32(162).bytes(message.icmpErrorLocationIpv4);
                if (message.icmpErrorLocationIpv6 != null && $Object.hasOwnProperty.call(message, "icmpErrorLocationIpv6"))
                    writer.uint32(170).bytes(message.icmpErrorLocationIpv6);
                if (message.controlMessage != null && $Object.hasOwnProperty.call(message, "controlMessage"))
                    writer.uint32(192).int32(message.controlMessage);
                if (message.pathMetrics != null && $Object.hasOwnProperty.call(message, "pathMetrics"))
                    writer.uint32(210).bytes(message.pathMetrics);
                if (message.sessionHealthCheck != null && $Object.hasOwnProperty.call(message, "sessionHealthCheck"))
                    writer.uint32(368).int32(message.sessionHealthCheck);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            HeaderAttributes.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.svr.v1.HeaderAttributes();
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
                            message.fragment = reader.bytes();
                            message._fragment = "fragment";
                            continue;
                        }
                    case 16: {
                            if (wireType !== 0)
                                break;
                            message.securityId = reader.uint32();
                            message._securityId = "securityId";
                            continue;
                        }
                    case 20: {
                            if (wireType !== 2)
                                break;
                            message.icmpErrorLocationIpv4 = reader.bytes();
                            message._icmpErrorLocationIpv4 = "icmpErrorLocationIpv4";
                            continue;
                        }
                    case 21: {
                            if (wireType !== 2)
                                break;
                            message.icmpErrorLocationIpv6 = reader.bytes();
                            message._icmpErrorLocationIpv6 = "icmpErrorLocationIpv6";
                            continue;
                        }
                    case 24: {
                            if (wireType !== 0)
                                break;
                            message.controlMessage = reader.int32();
                            message._controlMessage = "controlMessage";
                            continue;
                        }
                    case 26: {
                            if (wireType !== 2)
                                break;
                            message.pathMetrics = reader.bytes();
                            message._pathMetrics = "pathMetrics";
                            continue;
                        }
                    case 46: {
                            if (wireType !== 0)
                                break;
                            message.sessionHealthCheck = reader.int32();
                            message._sessionHealthCheck = "sessionHealthCheck";
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

            return HeaderAttributes;
        })();

        v1.PayloadAttributes = (function() {

            const PayloadAttributes = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            PayloadAttributes.prototype.forwardContextIpv4 = null;
            PayloadAttributes.prototype.forwardContextIpv6 = null;
            PayloadAttributes.prototype.reverseContextIpv4 = null;
            PayloadAttributes.prototype.reverseContextIpv6 = null;
            PayloadAttributes.prototype.sessionUuid = null;
            PayloadAttributes.prototype.tenant = null;
            PayloadAttributes.prototype.globalInterfaceId = null;
            PayloadAttributes.prototype.service = null;
            PayloadAttributes.prototype.sessionPayloadEncrypted = null;
            PayloadAttributes.prototype.tcpSyn = null;
            PayloadAttributes.prototype.sessionsInService = null;
            PayloadAttributes.prototype.sourceRouter = null;
            PayloadAttributes.prototype.securityPolicy = null;
            PayloadAttributes.prototype.destinationRouter = null;
            PayloadAttributes.prototype.disableForwardMetadata = null;
            PayloadAttributes.prototype.peerPathwayId = null;
            PayloadAttributes.prototype.sourceNatAddress = null;
            PayloadAttributes.prototype.modifyRequest = null;
            PayloadAttributes.prototype.applicationName = null;
            PayloadAttributes.prototype.remainingSessionTime = null;
            PayloadAttributes.prototype.securityEncryptionKey = null;
            PayloadAttributes.prototype.multicastGroup = null;
            PayloadAttributes.prototype.multicastEgressList = null;
            PayloadAttributes.prototype.sessionCapture = null;

            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_forwardContextIpv4", {
                get: $util.oneOfGetter($oneOfFields = ["forwardContextIpv4"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_forwardContextIpv6", {
                get: $util.oneOfGetter($oneOfFields = ["forwardContextIpv6"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_reverseContextIpv4", {
                get: $util.oneOfGetter($oneOfFields = ["reverseContextIpv4"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_reverseContextIpv6", {
                get: $util.oneOfGetter($oneOfFields = ["reverseContextIpv6"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_sessionUuid", {
                get: $util.oneOfGetter($oneOfFields = ["sessionUuid"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_tenant", {
                get: $util.oneOfGetter($oneOfFields = ["tenant"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_globalInterfaceId", {
                get: $util.oneOfGetter($oneOfFields = ["globalInterfaceId"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_service", {
                get: $util.oneOfGetter($oneOfFields = ["service"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_sessionPayloadEncrypted", {
                get: $util.oneOfGetter($oneOfFields = ["sessionPayloadEncrypted"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_tcpSyn", {
                get: $util.oneOfGetter($oneOfFields = ["tcpSyn"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_sessionsInService", {
                get: $util.oneOfGetter($oneOfFields = ["sessionsInService"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_sourceRouter", {
                get: $util.oneOfGetter($oneOfFields = ["sourceRouter"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_securityPolicy", {
                get: $util.oneOfGetter($oneOfFields = ["securityPolicy"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_destinationRouter", {
                get: $util.oneOfGetter($oneOfFields = ["destinationRouter"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_disableForwardMetadata", {
                get: $util.oneOfGetter($oneOfFields = ["disableForwardMetadata"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_peerPathwayId", {
                get: $util.oneOfGetter($oneOfFields = ["peerPathwayId"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_sourceNatAddress", {
                get: $util.oneOfGetter($oneOfFields = ["sourceNatAddress"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_modifyRequest", {
                get: $util.oneOfGetter($oneOfFields = ["modifyRequest"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_applicationName", {
                get: $util.oneOfGetter($oneOfFields = ["applicationName"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_remainingSessionTime", {
                get: $util.oneOfGetter($oneOfFields = ["remainingSessionTime"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_securityEncryptionKey", {
                get: $util.oneOfGetter($oneOfFields = ["securityEncryptionKey"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_multicastGroup", {
                get: $util.oneOfGetter($oneOfFields = ["multicastGroup"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_multicastEgressList", {
                get: $util.oneOfGetter($oneOfFields = ["multicastEgressList"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(PayloadAttributes.prototype, "_sessionCapture", {
                get: $util.oneOfGetter($oneOfFields = ["sessionCapture"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            PayloadAttributes.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.forwardContextIpv4 != null && $Object.hasOwnProperty.call(message, "forwardContextIpv4"))
                    writer.uint32(18).bytes(message.forwardContextIpv4);
                if (message.forwardContextIpv6 != null && $Object.hasOwnProperty.call(message, "forwardContextIpv6"))
                    writer.uint32(26).bytes(message.forwardContextIpv6);
                if (message.reverseContextIpv4 != null && $Object.hasOwnProperty.call(message, "reverseContextIpv4"))
                    writer.uint32(34).bytes(message.reverseContextIpv4);
                if (message.reverseContextIpv6 != null && $Object.hasOwnProperty.call(message, "reverseContextIpv6"))
                    writer.uint32(42).bytes(message.reverseContextIpv6);
                if (message.sessionUuid != null && $Object.hasOwnProperty.call(message, "sessionUuid"))
                    writer.uint32(50).bytes(message.sessionUuid);
                if (message.tenant != null && $Object.hasOwnProperty.call(message, "tenant"))
                    writer.uint32(58).string(message.tenant);
                if (message.globalInterfaceId != null && $Object.hasOwnProperty.call(message, "globalInterfaceId"))
                    writer.uint32(64).uint32(message.globalInterfaceId);
                if (message.service != null && $Object.hasOwnProperty.call(message, "service"))
                    writer.uint32(82).string(message.service);
                if (message.sessionPayloadEncrypted != null && $Object.hasOwnProperty.call(message, "sessionPayloadEncrypted"))
                    writer.uint32(88).bool(message.sessionPayloadEncrypted);
                if (message.tcpSyn != null && $Object.hasOwnProperty.call(message, "tcpSyn"))
                    writer.uint32(96).bool(message.tcpSyn);
                if (message.sessionsInService != null && $Object.hasOwnProperty.call(message, "sessionsInService"))
                    writer.uint32(104).uint64(message.sessionsInService);
                if (message.sourceRouter != null && $Object.hasOwnProperty.call(message, "sourceRouter"))
                    writer.uint32(114).string(message.sourceRouter);
                if (message.securityPolicy != null && $Object.hasOwnProperty.call(message, "securityPolicy"))
                    writer.uint32(122).string(message.securityPolicy);
                if (message.destinationRouter != null && $Object.hasOwnProperty.call(message, "destinationRouter"))
                    writer.uint32(138).string(message.destinationRouter);
                if (message.disableForwardMetadata != null && $Object.hasOwnProperty.call(message, "disableForwardMetadata"))
                    writer.uint32(144).bool(message.disableForwardMetadata);
                if (message.peerPathwayId != null && $Object.hasOwnProperty.call(message, "peerPathwayId"))
                    writer.uint32(154).string(message.peerPathwayId);
                if (message.sourceNatAddress != null && $Object.hasOwnProperty.call(message, "sourceNatAddress"))
                    writer.uint32(202).bytes(message.sourceNatAddress);
                if (message.modifyRequest != null && $Object.hasOwnProperty.call(message, "modifyRequest"))
                    writer.uint32(226).bytes(message.modifyRequest);
                if (message.applicationName != null && $Object.hasOwnProperty.call(message, "applicationName"))
                    writer.uint32(282).string(message.applicationName);
                if (message.remainingSessionTime != null && $Object.hasOwnProperty.call(message, "remainingSessionTime"))
                    writer.uint32(336).uint32(message.remainingSessionTime);
                if (message.securityEncryptionKey != null && $Object.hasOwnProperty.call(message, "securityEncryptionKey"))
                    writer.uint32(370).bytes(message.securityEncryptionKey);
                if (message.multicastGroup != null && $Object.hasOwnProperty.call(message, "multicastGroup"))
                    writer.uint32(402).bytes(message.multicastGroup);
                if (message.multicastEgressList != null && $Object.hasOwnProperty.call(message, "multicastEgressList"))
                    writer.uint32(410).bytes(message.multicastEgressList);
                if (message.sessionCapture != null && $Object.hasOwnProperty.call(message, "sessionCapture"))
                    writer.uint32(262272).uint32(message.sessionCapture);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            PayloadAttributes.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.svr.v1.PayloadAttributes();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.forwardContextIpv4 = reader.bytes();
                            message._forwardContextIpv4 = "forwardContextIpv4";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.forwardContextIpv6 = reader.bytes();
                            message._forwardContextIpv6 = "forwardContextIpv6";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.reverseContextIpv4 = reader.bytes();
                            message._reverseContextIpv4 = "reverseContextIpv4";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.reverseContextIpv6 = reader.bytes();
                            message._reverseContextIpv6 = "reverseContextIpv6";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.sessionUuid = reader.bytes();
                            message._sessionUuid = "sessionUuid";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.tenant = reader.stringVerify();
                            message._tenant = "tenant";
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            message.globalInterfaceId = reader.uint32();
                            message._globalInterfaceId = "globalInterfaceId";
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.service = reader.stringVerify();
                            message._service = "service";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            message.sessionPayloadEncrypted = reader.bool();
                            message._sessionPayloadEncrypted = "sessionPayloadEncrypted";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            message.tcpSyn = reader.bool();
                            message._tcpSyn = "tcpSyn";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 0)
                                break;
                            message.sessionsInService = reader.uint64();
                            message._sessionsInService = "sessionsInService";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            message.sourceRouter = reader.stringVerify();
                            message._sourceRouter = "sourceRouter";
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            message.securityPolicy = reader.stringVerify();
                            message._securityPolicy = "securityPolicy";
                            continue;
                        }
                    case 17: {
                            if (wireType !== 2)
                                break;
                            message.destinationRouter = reader.stringVerify();
                            message._destinationRouter = "destinationRouter";
                            continue;
                        }
                    case 18: {
                            if (wireType !== 0)
                                break;
                            message.disableForwardMetadata = reader.bool();
                            message._disableForwardMetadata = "disableForwardMetadata";
                            continue;
                        }
                    case 19: {
                            if (wireType !== 2)
                                break;
                            message.peerPathwayId = reader.stringVerify();
                            message._peerPathwayId = "peerPathwayId";
                            continue;
                        }
                    case 25: {
                            if (wireType !== 2)
                                break;
                            message.sourceNatAddress = reader.bytes();
                            message._sourceNatAddress = "sourceNatAddress";
                            continue;
                        }
                    case 28: {
                            if (wireType !== 2)
                                break;
                            message.modifyRequest = reader.bytes();
                            message._modifyRequest = "modifyRequest";
                            continue;
                        }
                    case 35: {
                            if (wireType !== 2)
                                break;
                            message.applicationName = reader.stringVerify();
                            message._applicationName = "applicationName";
                            continue;
                        }
                    case 42: {
                            if (wireType !== 0)
                                break;
                            message.remainingSessionTime = reader.uint32();
                            message._remainingSessionTime = "remainingSessionTime";
                            continue;
                        }
                    case 46: {
                            if (wireType !== 2)
                                break;
                            message.securityEncryptionKey = reader.bytes();
                            message._securityEncryptionKey = "securityEncryptionKey";
                            continue;
                        }
                    case 50: {
                            if (wireType !== 2)
                                break;
                            message.multicastGroup = reader.bytes();
                            message._multicastGroup = "multicastGroup";
                            continue;
                        }
                    case 51: {
                            if (wireType !== 2)
                                break;
                            message.multicastEgressList = reader.bytes();
                            message._multicastEgressList = "multicastEgressList";
                            continue;
                        }
                    case 32784: {
                            if (wireType !== 0)
                                break;
                            message.sessionCapture = reader.uint32();
                            message._sessionCapture = "sessionCapture";
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

            return PayloadAttributes;
        })();

        return v1;
    })();

    return svr;
})();

