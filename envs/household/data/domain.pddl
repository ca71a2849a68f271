; The household's rules in PDDL: ALFRED's predicates and action names, this package's own text.
; Every rule is the one that ALFWorld's text games are played by; see engine.py for the quirks.

(define (domain alfred)
  (:requirements :adl :typing :action-costs)
  (:types agent location receptacle object rtype otype)

  (:predicates
    ; where things are
    (atLocation ?a - agent ?l - location)
    (receptacleAtLocation ?r - receptacle ?l - location)
    (objectAtLocation ?o - object ?l - location)
    (inReceptacle ?o - object ?r - receptacle)
    (wasInReceptacle ?o - object ?r - receptacle)
    (inReceptacleObject ?inner - object ?outer - object)
    (holds ?a - agent ?o - object)
    (holdsAny ?a - agent)
    (holdsAnyReceptacleObject ?a - agent)
    ; what things are
    (receptacleType ?r - receptacle ?t - rtype)
    (objectType ?o - object ?t - otype)
    (canContain ?rt - rtype ?ot - otype)
    (isReceptacleObject ?o - object)
    (isReceptacleObjectFull ?o - object)
    (full ?r - receptacle)
    (pickupable ?o - object)
    (moveable ?o - object)
    (openable ?r - receptacle)
    (cleanable ?o - object)
    (heatable ?o - object)
    (coolable ?o - object)
    (toggleable ?o - object)
    (sliceable ?o - object)
    ; the state they are in
    (opened ?r - receptacle)
    (isClean ?o - object)
    (isHot ?o - object)
    (isCool ?o - object)
    (isOn ?o - object)
    (isToggled ?o - object)
    (isSliced ?o - object)
    ; what has been looked at; no rule depends on it
    (checked ?x)
    (examined ?l - location)
  )

  (:functions (total-cost) - number)

  ; --- looking: always possible, changes nothing that matters ---

  (:action look
    :parameters (?a - agent ?l - location)
    :precondition (atLocation ?a ?l)
    :effect (examined ?l))

  (:action inventory
    :parameters (?a - agent)
    :precondition (and)
    :effect (checked ?a))

  (:action help
    :parameters (?a - agent)
    :precondition (and)
    :effect (checked ?a))

  (:action examineReceptacle
    :parameters (?a - agent ?r - receptacle)
    :precondition (exists (?l - location) (and (atLocation ?a ?l) (receptacleAtLocation ?r ?l)))
    :effect (checked ?r))

  (:action examineObject
    :parameters (?a - agent ?o - object)
    :precondition (holds ?a ?o)
    :effect (checked ?o))

  ; --- moving and doors ---

  (:action GotoLocation
    :parameters (?a - agent ?lStart - location ?lEnd - location ?r - receptacle)
    :precondition (and (atLocation ?a ?lStart) (receptacleAtLocation ?r ?lEnd))
    :effect (and (not (atLocation ?a ?lStart)) (atLocation ?a ?lEnd) (increase (total-cost) 1)))

  (:action OpenObject
    :parameters (?a - agent ?l - location ?r - receptacle)
    :precondition (and (atLocation ?a ?l) (receptacleAtLocation ?r ?l)
                       (openable ?r) (not (opened ?r)))
    :effect (and (opened ?r) (checked ?r) (increase (total-cost) 1)))

  (:action CloseObject
    :parameters (?a - agent ?l - location ?r - receptacle)
    :precondition (and (atLocation ?a ?l) (receptacleAtLocation ?r ?l)
                       (openable ?r) (opened ?r))
    :effect (and (not (opened ?r)) (increase (total-cost) 1)))

  ; --- handling objects ---

  (:action PickupObject
    :parameters (?a - agent ?l - location ?o - object ?r - receptacle)
    :precondition (and (atLocation ?a ?l) (receptacleAtLocation ?r ?l)
                       (or (not (openable ?r)) (opened ?r))
                       (inReceptacle ?o ?r) (pickupable ?o) (not (holdsAny ?a)))
    :effect (and (not (inReceptacle ?o ?r)) (not (objectAtLocation ?o ?l))
                 (holds ?a ?o) (holdsAny ?a) (increase (total-cost) 1)))

  (:action PutObject
    :parameters (?a - agent ?l - location ?o - object ?r - receptacle ?ot - otype ?rt - rtype)
    :precondition (and (atLocation ?a ?l) (receptacleAtLocation ?r ?l)
                       (or (not (openable ?r)) (opened ?r))
                       (holds ?a ?o)
                       (objectType ?o ?ot) (receptacleType ?r ?rt) (canContain ?rt ?ot))
    :effect (and (inReceptacle ?o ?r) (objectAtLocation ?o ?l)
                 (not (holds ?a ?o)) (not (holdsAny ?a)) (increase (total-cost) 1)))

  (:action CleanObject
    :parameters (?a - agent ?l - location ?r - receptacle ?o - object)
    :precondition (and (atLocation ?a ?l) (receptacleAtLocation ?r ?l)
                       (receptacleType ?r SinkBasinType) (holds ?a ?o) (cleanable ?o))
    :effect (and (isClean ?o) (increase (total-cost) 5)))

  (:action HeatObject
    :parameters (?a - agent ?l - location ?r - receptacle ?o - object)
    :precondition (and (atLocation ?a ?l) (receptacleAtLocation ?r ?l)
                       (receptacleType ?r MicrowaveType) (holds ?a ?o) (heatable ?o))
    :effect (and (isHot ?o) (not (isCool ?o)) (increase (total-cost) 5)))

  (:action CoolObject
    :parameters (?a - agent ?l - location ?r - receptacle ?o - object)
    :precondition (and (atLocation ?a ?l) (receptacleAtLocation ?r ?l)
                       (receptacleType ?r FridgeType) (holds ?a ?o) (coolable ?o))
    :effect (and (isCool ?o) (not (isHot ?o)) (increase (total-cost) 5)))

  (:action ToggleObject
    :parameters (?a - agent ?l - location ?o - object ?r - receptacle)
    :precondition (and (atLocation ?a ?l) (receptacleAtLocation ?r ?l)
                       (inReceptacle ?o ?r) (toggleable ?o))
    :effect (and (isToggled ?o) (increase (total-cost) 5)))

  (:action SliceObject
    :parameters (?a - agent ?l - location ?co - object ?ko - object)
    :precondition (and (atLocation ?a ?l) (objectAtLocation ?co ?l) (sliceable ?co)
                       (holds ?a ?ko)
                       (or (objectType ?ko KnifeType) (objectType ?ko ButterKnifeType)))
    :effect (and (isSliced ?co) (increase (total-cost) 5)))
)
