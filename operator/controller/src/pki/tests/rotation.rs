//! Rotations against pods that read their files whenever they like, and an operator that ends at any write.

use proptest::prelude::*;

use super::*;
use crate::pki::certificate::Certificate;
use crate::pki::step::Claim;
use crate::pki::{Phase, Situation, Step, Store, step};

/// What the Secrets hold, and what each pod has read of them.
#[derive(Default)]
struct Shop {
    store: Option<BTreeMap<String, Vec<u8>>>,
    secrets: BTreeMap<Part, BTreeMap<String, Vec<u8>>>,
    pods: BTreeMap<Part, Leaf>,
    asked: Option<String>,
}

#[derive(Clone, Debug)]
enum Event {
    /// The operator writes so many objects and is ended.
    Works {
        writes: usize,
    },
    /// The pod of this part reads its files.
    Reads {
        part: usize,
    },
    Asked,
    LosesCa,
    LosesLeaf {
        part: usize,
    },
}

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn keys(bundle: &str) -> Vec<Option<Vec<u8>>> {
    let blocks = crate::pki::certificate::blocks(bundle);
    blocks.iter().map(|block| Certificate::read(block).unwrap().own_key).collect()
}

impl Shop {
    /// All in place, and read by everyone.
    fn settled() -> Self {
        let mut shop = Self::default();
        shop.converge();
        shop
    }

    fn store(&self) -> Option<Store> {
        Store::from_data(self.store.as_ref()?)
    }

    fn leaves(&self) -> BTreeMap<Part, Leaf> {
        self.secrets.iter().filter_map(|(part, data)| Some((*part, Leaf::from_data(data)?))).collect()
    }

    fn step(&self) -> Step {
        let (stack, subjects, plan) = (stack(), subjects(), plan());
        step(&Situation {
            stack: &stack,
            subjects: &subjects,
            plan: &plan,
            store: self.store().as_ref(),
            leaves: &self.leaves(),
            asked: self.asked.as_deref(),
            now: now(),
        })
    }

    fn works(&mut self, mut writes: usize) {
        while writes > 0 {
            match self.step() {
                Step::Rest => return,
                Step::Prove(claim) if !self.holds(claim) => return,
                Step::Prove(_) => self.store = Some(stored(self.store().unwrap().advanced().to_data())),
                Step::Keep(store) => self.store = Some(stored(store.to_data())),
                Step::Issue(leaves) => {
                    for (part, leaf) in leaves.into_iter().take(writes) {
                        self.secrets.insert(part, stored(leaf.to_data()));
                        writes -= 1;
                    }
                    continue;
                }
            }
            writes -= 1;
        }
    }

    /// What the handshakes with all pods would show.
    fn holds(&self, claim: Claim) -> bool {
        let store = self.store().unwrap();
        let key =
            |keyed: &Option<Keyed>| Certificate::read(&keyed.as_ref().unwrap().certificate).unwrap().own_key;
        self.pods.values().all(|pod| match claim {
            Claim::Trusts => keys(&pod.bundle).contains(&key(&store.next)),
            Claim::Shows => pod.certificate().unwrap().issuer_key == key(&store.signing),
        })
    }

    fn reads(&mut self, part: Part) {
        // The last good one is kept where there is none.
        if let Some(leaf) = self.leaves().remove(&part) {
            self.pods.insert(part, leaf);
        }
    }

    fn converge(&mut self) {
        for _ in 0..6 {
            self.works(100);
            subjects().iter().for_each(|subject| self.reads(subject.part));
        }
    }

    fn happens(&mut self, event: &Event) {
        let subjects = subjects();
        let whole = self.leaves().len() == subjects.len();
        let can_sign = self.store().is_some_and(|store| store.signing.is_some());
        match event {
            Event::Works { writes } => self.works(*writes),
            Event::Reads { part } => self.reads(subjects[part % subjects.len()].part),
            Event::Asked => self.asked = Some(format!("{}!", self.asked.clone().unwrap_or_default())),
            // To lose both at once is beyond help: something is signed that not all can trust yet.
            Event::LosesCa if whole => self.store = None,
            Event::LosesLeaf { part } if can_sign => {
                self.secrets.remove(&subjects[part % subjects.len()].part);
            }
            Event::LosesCa | Event::LosesLeaf { .. } => {}
        }
    }

    /// Every two pods accept each other's certificates.
    fn all_trust_each_other(&self) -> bool {
        self.pods.values().all(|one| {
            let trusted = keys(&one.bundle);
            self.pods.values().all(|other| trusted.contains(&other.certificate().unwrap().issuer_key))
        })
    }

    /// A pod that starts now reads the Secret: so what is stored must be trusted by those who run, too.
    fn all_would_trust_what_is_stored(&self) -> bool {
        let leaves = self.leaves();
        self.pods.values().all(|pod| {
            let trusted = keys(&pod.bundle);
            leaves.values().all(|leaf| trusted.contains(&leaf.certificate().unwrap().issuer_key))
        })
    }
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        6 => (1_usize..9).prop_map(|writes| Event::Works { writes }),
        8 => (0_usize..4).prop_map(|part| Event::Reads { part }),
        2 => Just(Event::Asked),
        1 => Just(Event::LosesCa),
        1 => (0_usize..4).prop_map(|part| Event::LosesLeaf { part }),
    ];
    prop::collection::vec(event, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nobody_ever_meets_a_certificate_that_it_does_not_trust(events in events()) {
        let mut shop = Shop::settled();
        for event in &events {
            shop.happens(event);
            prop_assert!(shop.all_trust_each_other(), "after {event:?} of {events:?}");
            prop_assert!(shop.all_would_trust_what_is_stored(), "after {event:?} of {events:?}");
        }
    }

    #[test]
    fn whatever_has_happened_ends_with_one_ca_that_signed_all(events in events()) {
        let mut shop = Shop::settled();
        events.iter().for_each(|event| shop.happens(event));
        shop.converge();
        shop.converge();

        let store = shop.store().unwrap();
        prop_assert_eq!(store.phase(), Phase::Stable);
        prop_assert!(matches!(shop.step(), Step::Rest));
        prop_assert_eq!(keys(&store.bundle()).len(), 1);
        prop_assert!(shop.pods.values().all(|pod| pod.bundle == store.bundle()));
        prop_assert!(shop.all_trust_each_other());
    }
}

#[test]
fn a_rotation_replaces_the_key_of_the_ca() {
    let mut shop = Shop::settled();
    let before = shop.store().unwrap().bundle();
    shop.happens(&Event::Asked);
    shop.converge();
    let after = shop.store().unwrap();
    assert_eq!((after.phase(), after.asked.as_str()), (Phase::Stable, "!"));
    let key = |pem: &str| Certificate::read(pem).unwrap().public_key;
    assert_ne!(key(&before), key(&after.bundle()));
}

#[test]
fn a_lost_ca_is_replaced_without_showing_anyone_what_it_does_not_trust() {
    let mut shop = Shop::settled();
    let old = keys(&shop.store().unwrap().bundle());
    shop.happens(&Event::LosesCa);
    shop.works(100);

    assert_eq!(shop.store().unwrap().phase(), Phase::TrustBoth);
    let leaves = shop.leaves();
    assert!(leaves.values().all(|leaf| old.contains(&leaf.certificate().unwrap().issuer_key)));
    assert!(leaves.values().all(|leaf| keys(&leaf.bundle).len() == 2));
    shop.converge();
    assert_eq!(shop.store().unwrap().phase(), Phase::Stable);
}
