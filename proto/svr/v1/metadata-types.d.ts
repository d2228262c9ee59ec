// Generated from metadata.proto by scripts/proto.sh; do not edit.
/* eslint-disable */
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace svr. */
export namespace svr {

    /** Namespace v1. */
    namespace v1 {

        /** ControlMessage enum. */
        enum ControlMessage {

            /** CONTROL_MESSAGE_UNKNOWN value */
            CONTROL_MESSAGE_UNKNOWN = 0,

            /** CONTROL_MESSAGE_KEEP_ALIVE value */
            CONTROL_MESSAGE_KEEP_ALIVE = 1,

            /** CONTROL_MESSAGE_ENABLE_METADATA value */
            CONTROL_MESSAGE_ENABLE_METADATA = 2,

            /** CONTROL_MESSAGE_DISABLE_METADATA value */
            CONTROL_MESSAGE_DISABLE_METADATA = 3,

            /** CONTROL_MESSAGE_DELETE_SESSION value */
            CONTROL_MESSAGE_DELETE_SESSION = 6,

            /** CONTROL_MESSAGE_SESSION_EXISTS value */
            CONTROL_MESSAGE_SESSION_EXISTS = 8
        }

        /** SessionHealthCheck enum. */
        enum SessionHealthCheck {

            /** SESSION_HEALTH_CHECK_UNSPECIFIED value */
            SESSION_HEALTH_CHECK_UNSPECIFIED = 0,

            /** SESSION_HEALTH_CHECK_REQUEST value */
            SESSION_HEALTH_CHECK_REQUEST = 1,

            /** SESSION_HEALTH_CHECK_REQUEST_TIMEOUT value */
            SESSION_HEALTH_CHECK_REQUEST_TIMEOUT = 2
        }

        /**
         * Properties of a HeaderAttributes.
         * @deprecated Use svr.v1.HeaderAttributes.$Properties instead.
         */
        interface IHeaderAttributes extends svr.v1.HeaderAttributes.$Properties {
        }

        /** Represents a HeaderAttributes. */
        class HeaderAttributes {

            /**
             * Constructs a new HeaderAttributes.
             * @param [properties] Properties to set
             */
            constructor(properties?: svr.v1.HeaderAttributes.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HeaderAttributes fragment. */
            fragment?: (Uint8Array|null);

            /** HeaderAttributes securityId. */
            securityId?: (number|null);

            /** HeaderAttributes icmpErrorLocationIpv4. */
            icmpErrorLocationIpv4?: (Uint8Array|null);

            /** HeaderAttributes icmpErrorLocationIpv6. */
            icmpErrorLocationIpv6?: (Uint8Array|null);

            /** HeaderAttributes controlMessage. */
            controlMessage?: (svr.v1.ControlMessage|null);

            /** HeaderAttributes pathMetrics. */
            pathMetrics?: (Uint8Array|null);

            /** HeaderAttributes sessionHealthCheck. */
            sessionHealthCheck?: (svr.v1.SessionHealthCheck|null);

            /**
             * Encodes the specified HeaderAttributes message. Does not implicitly {@link svr.v1.HeaderAttributes.verify|verify} messages.
             * @param message HeaderAttributes message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: svr.v1.HeaderAttributes.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HeaderAttributes message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {svr.v1.HeaderAttributes & svr.v1.HeaderAttributes.$Shape} HeaderAttributes
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): svr.v1.HeaderAttributes & svr.v1.HeaderAttributes.$Shape;
        }

        namespace HeaderAttributes {

            /** Properties of a HeaderAttributes. */
            interface $Properties {

                /** HeaderAttributes fragment */
                fragment?: (Uint8Array|null);

                /** HeaderAttributes securityId */
                securityId?: (number|null);

                /** HeaderAttributes icmpErrorLocationIpv4 */
                icmpErrorLocationIpv4?: (Uint8Array|null);

                /** HeaderAttributes icmpErrorLocationIpv6 */
                icmpErrorLocationIpv6?: (Uint8Array|null);

                /** HeaderAttributes controlMessage */
                controlMessage?: (svr.v1.ControlMessage|null);

                /** HeaderAttributes pathMetrics */
                pathMetrics?: (Uint8Array|null);

                /** HeaderAttributes sessionHealthCheck */
                sessionHealthCheck?: (svr.v1.SessionHealthCheck|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HeaderAttributes. */
            type $Shape = svr.v1.HeaderAttributes.$Properties;
        }

        /**
         * Properties of a PayloadAttributes.
         * @deprecated Use svr.v1.PayloadAttributes.$Properties instead.
         */
        interface IPayloadAttributes extends svr.v1.PayloadAttributes.$Properties {
        }

        /** Represents a PayloadAttributes. */
        class PayloadAttributes {

            /**
             * Constructs a new PayloadAttributes.
             * @param [properties] Properties to set
             */
            constructor(properties?: svr.v1.PayloadAttributes.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PayloadAttributes forwardContextIpv4. */
            forwardContextIpv4?: (Uint8Array|null);

            /** PayloadAttributes forwardContextIpv6. */
            forwardContextIpv6?: (Uint8Array|null);

            /** PayloadAttributes reverseContextIpv4. */
            reverseContextIpv4?: (Uint8Array|null);

            /** PayloadAttributes reverseContextIpv6. */
            reverseContextIpv6?: (Uint8Array|null);

            /** PayloadAttributes sessionUuid. */
            sessionUuid?: (Uint8Array|null);

            /** PayloadAttributes tenant. */
            tenant?: (string|null);

            /** PayloadAttributes globalInterfaceId. */
            globalInterfaceId?: (number|null);

            /** PayloadAttributes service. */
            service?: (string|null);

            /** PayloadAttributes sessionPayloadEncrypted. */
            sessionPayloadEncrypted?: (boolean|null);

            /** PayloadAttributes tcpSyn. */
            tcpSyn?: (boolean|null);

            /** PayloadAttributes sessionsInService. */
            sessionsInService?: (number|Long|null);

            /** PayloadAttributes sourceRouter. */
            sourceRouter?: (string|null);

            /** PayloadAttributes securityPolicy. */
            securityPolicy?: (string|null);

            /** PayloadAttributes destinationRouter. */
            destinationRouter?: (string|null);

            /** PayloadAttributes disableForwardMetadata. */
            disableForwardMetadata?: (boolean|null);

            /** PayloadAttributes peerPathwayId. */
            peerPathwayId?: (string|null);

            /** PayloadAttributes sourceNatAddress. */
            sourceNatAddress?: (Uint8Array|null);

            /** PayloadAttributes modifyRequest. */
            modifyRequest?: (Uint8Array|null);

            /** PayloadAttributes applicationName. */
            applicationName?: (string|null);

            /** PayloadAttributes remainingSessionTime. */
            remainingSessionTime?: (number|null);

            /** PayloadAttributes securityEncryptionKey. */
            securityEncryptionKey?: (Uint8Array|null);

            /** PayloadAttributes multicastGroup. */
            multicastGroup?: (Uint8Array|null);

            /** PayloadAttributes multicastEgressList. */
            multicastEgressList?: (Uint8Array|null);

            /** PayloadAttributes sessionCapture. */
            sessionCapture?: (number|null);

            /**
             * Encodes the specified PayloadAttributes message. Does not implicitly {@link svr.v1.PayloadAttributes.verify|verify} messages.
             * @param message PayloadAttributes message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: svr.v1.PayloadAttributes.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PayloadAttributes message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {svr.v1.PayloadAttributes & svr.v1.PayloadAttributes.$Shape} PayloadAttributes
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): svr.v1.PayloadAttributes & svr.v1.PayloadAttributes.$Shape;
        }

        namespace PayloadAttributes {

            /** Properties of a PayloadAttributes. */
            interface $Properties {

                /** PayloadAttributes forwardContextIpv4 */
                forwardContextIpv4?: (Uint8Array|null);

                /** PayloadAttributes forwardContextIpv6 */
                forwardContextIpv6?: (Uint8Array|null);

                /** PayloadAttributes reverseContextIpv4 */
                reverseContextIpv4?: (Uint8Array|null);

                /** PayloadAttributes reverseContextIpv6 */
                reverseContextIpv6?: (Uint8Array|null);

                /** PayloadAttributes sessionUuid */
                sessionUuid?: (Uint8Array|null);

                /** PayloadAttributes tenant */
                tenant?: (string|null);

                /** PayloadAttributes globalInterfaceId */
                globalInterfaceId?: (number|null);

                /** PayloadAttributes service */
                service?: (string|null);

                /** PayloadAttributes sessionPayloadEncrypted */
                sessionPayloadEncrypted?: (boolean|null);

                /** PayloadAttributes tcpSyn */
                tcpSyn?: (boolean|null);

                /** PayloadAttributes sessionsInService */
                sessionsInService?: (number|Long|null);

                /** PayloadAttributes sourceRouter */
                sourceRouter?: (string|null);

                /** PayloadAttributes securityPolicy */
                securityPolicy?: (string|null);

                /** PayloadAttributes destinationRouter */
                destinationRouter?: (string|null);

                /** PayloadAttributes disableForwardMetadata */
                disableForwardMetadata?: (boolean|null);

                /** PayloadAttributes peerPathwayId */
                peerPathwayId?: (string|null);

                /** PayloadAttributes sourceNatAddress */
                sourceNatAddress?: (Uint8Array|null);

                /** PayloadAttributes modifyRequest */
                modifyRequest?: (Uint8Array|null);

                /** PayloadAttributes applicationName */
                applicationName?: (string|null);

                /** PayloadAttributes remainingSessionTime */
                remainingSessionTime?: (number|null);

                /** PayloadAttributes securityEncryptionKey */
                securityEncryptionKey?: (Uint8Array|null);

                /** PayloadAttributes multicastGroup */
                multicastGroup?: (Uint8Array|null);

                /** PayloadAttributes multicastEgressList */
                multicastEgressList?: (Uint8Array|null);

                /** PayloadAttributes sessionCapture */
                sessionCapture?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PayloadAttributes. */
            type $Shape = svr.v1.PayloadAttributes.$Properties;
        }
    }
}
